import Support

/// Labels in a tensor, in the order of the numbers that are the files' names.
struct TensorLabelling: TreeLabelling {
  let name: FileName
  let tensor: TorchTensorFile
  let values: LabelArray
  let files: [FileName]

  var keepsNames: Bool { false }

  func storedLabels() throws -> [Int32] { try LabelArray(try tensor.reread()).labels }

  func plan(_ changes: RecordChanges) throws -> TreeCopyPlan {
    let kept = files.indices.filter { !changes.removed.contains($0) }
    var names = files
    for (place, record) in kept.enumerated() {
      names[record] = files[place].withKind(changes.kinds[record] ?? files[record].kind)
    }
    var plan = TreeCopyPlan(names: names)
    let changed = values.labels.indices.filter { changes.labels[$0] != values.labels[$0] }
    guard !changed.isEmpty || kept.count < files.count else { return plan }
    let numbers = try values.changed(
      Dictionary(uniqueKeysWithValues: changed.map { ($0, changes.labels[$0]) }))
    let file = try TemporaryFile.make {
      try tensor.fill($0, numbers, keeping: kept.count < files.count ? kept : nil)
    }
    plan.texts[name] = try file.bytes(at: 0, count: file.size)
    return plan
  }
}

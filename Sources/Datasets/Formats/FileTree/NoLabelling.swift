import Support

/// Images without labels, whose files keep their places.
struct NoLabelling: TreeLabelling {
  let files: [FileName]

  func storedLabels() -> [Int32] { files.map { _ in ImageDataset.unlabelled } }

  func plan(_ changes: RecordChanges) -> TreeCopyPlan {
    var (names, taken) = (files, Set(files))
    for (record, kind) in changes.kinds.sorted(by: { $0.key < $1.key }) {
      names[record] = files[record].withKind(kind)
        .claimed(from: &taken, prefix: FileName("\(record)"))
    }
    return TreeCopyPlan(names: names)
  }
}

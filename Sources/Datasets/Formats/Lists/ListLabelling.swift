import Support

/// Labels that stand in a table beside the names of the files: an image with another label stays
/// where it is, and its row changes.
struct ListLabelling: TreeLabelling {
  let list: LabelList
  /// The table's name in the tree.
  let name: FileName
  let tree: any FileTree
  /// By row, which is a record.
  let files: [FileName]
  let classNames: [String]
  /// The folder that the names in the table are relative to.
  let base: FileName
  /// Reads the table anew.
  let reread: @Sendable ([UInt8]) throws -> LabelList

  func storedLabels() throws -> [Int32] {
    try reread(try tree.contents(of: name, first: nil)).labels(classNames)
  }

  func plan(_ changes: RecordChanges) throws -> TreeCopyPlan {
    let before = try list.labels(classNames)
    let usesNumbers = list.rows.indices.contains { Int(list.label($0)) != nil }
    var uses: [FileName: Int] = [:]
    for (record, file) in files.enumerated() where !changes.removed.contains(record) {
      uses[file, default: 0] += 1
    }
    var names = files
    var taken = Set(tree.listing.files)
    var edits: [(range: Range<Int>, bytes: [UInt8])] = []
    for record in files.indices {
      let row = list.rows[record]
      guard !changes.removed.contains(record) else {
        edits.append((row.range, []))
        continue
      }
      if changes.labels[record] != before[record] {
        let label = Int(changes.labels[record])
        let text = usesNumbers && Int(classNames[label]) == nil ? String(label) : classNames[label]
        edits.append((row.fields[list.labelColumn].range, list.text.field(Array(text.utf8))))
      }
      // A file that several rows name stays as it is for the others.
      let isShared = changes.replaced.contains(record) && uses[files[record], default: 0] > 1
      guard isShared || changes.kinds[record] != nil else { continue }
      let name = changes.kinds[record].map { files[record].withKind($0) } ?? files[record]
      names[record] = name.claimed(from: &taken, prefix: FileName("\(record)"))
      edits.append(
        (
          row.fields[list.imageColumn].range,
          list.text.field(names[record].relative(to: base).bytes)
        ))
    }
    var plan = TreeCopyPlan(names: names)
    plan.texts[name] = list.text.replacing(edits)
    return plan
  }
}

import Support

/// Labels that are the names of folders: an image with another label moves.
///
/// A sample that changes its class moves to `newclass/name.png`. If that name is in use there, it
/// becomes `newclass/oldclass-name.png`, then `newclass/oldclass-2-name.png` and so on. Names
/// depend on the changes alone, not on the order in which they are made.
struct FolderLabelling: TreeLabelling {
  /// The folder that holds the class folders.
  let base: FileName
  let classes: [FileName]
  let files: [FileName]
  let labels: [Int32]
  /// Whether the copy gets a `metadata.jsonl` that lists every file's label.
  let addsMetadata: Bool

  /// They are in the names.
  func storedLabels() -> [Int32] { labels }

  func plan(_ changes: RecordChanges) throws -> TreeCopyPlan {
    var names = files
    // Those that stay keep their names; those that move follow, in the order of records.
    let moved = files.indices.filter {
      changes.labels[$0] != labels[$0] || changes.kinds[$0] != nil
    }
    var taken = Set(files)
    for record in moved { taken.remove(files[record]) }
    for record in moved {
      let old = files[record].relative(to: base)
      let inner = FileName(bytes: old.bytes.dropFirst(old.firstComponent.bytes.count + 1))
      var name = folder(changes.labels[record]) / inner
      if let kind = changes.kinds[record] { name = name.withKind(kind) }
      names[record] = name.claimed(from: &taken, prefix: old.firstComponent)
    }
    var plan = TreeCopyPlan(names: names)
    let name = FileName("metadata.jsonl")
    if addsMetadata, !classes.contains(name) {
      plan.texts[base.bytes.isEmpty ? name : base / name] = try metadata(names, changes)
    }
    return plan
  }

  private func folder(_ label: Int32) -> FileName {
    base.bytes.isEmpty ? classes[Int(label)] : base / classes[Int(label)]
  }

  /// One JSON object a line: `file_name`, `label`, `class`.
  private func metadata(_ names: [FileName], _ changes: RecordChanges) throws -> [UInt8] {
    struct Row: Encodable {
      let file_name: String
      let label: Int32
      let `class`: String
    }
    var lines: [UInt8] = []
    for (record, name) in names.enumerated() where !changes.removed.contains(record) {
      let label = changes.labels[record]
      let row = Row(
        file_name: name.relative(to: base).description, label: label,
        class: classes[Int(label)].description)
      lines += Array("\(try JSONText.line(row))\n".utf8)
    }
    return lines
  }
}

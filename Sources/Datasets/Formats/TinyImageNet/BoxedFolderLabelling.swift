import Support

/// Class folders with a table `<class>_boxes.txt` in each, whose rows move with their images.
struct BoxedFolderLabelling: TreeLabelling {
  let folders: FolderLabelling
  let tree: any FileTree

  func storedLabels() -> [Int32] { folders.storedLabels() }

  func plan(_ changes: RecordChanges) throws -> TreeCopyPlan {
    var plan = try folders.plan(changes)
    var moved: [FileName: [FileName: FileName?]] = [:]
    for (record, file) in folders.files.enumerated() {
      let isRemoved = changes.removed.contains(record)
      guard isRemoved || plan.names[record] != file else { continue }
      moved[boxes(of: file), default: [:]][file.lastComponent] =
        .some(isRemoved ? nil : plan.names[record])
    }
    let present = Set(tree.listing.files)
    var kept: [FileName: [UInt8]] = [:]
    var added: [FileName: [UInt8]] = [:]
    for (table, images) in moved.sorted(by: { $0.key < $1.key }) where present.contains(table) {
      let bytes = try tree.contents(of: table, first: nil)
      let text = try DelimitedText(
        bytes, delimiter: .character(UInt8(ascii: "\t")), path: table.description)
      var cuts: [(range: Range<Int>, bytes: [UInt8])] = []
      for row in text.rows {
        guard let target = images[FileName(bytes: text.value(row.fields[0]))] else { continue }
        cuts.append((row.range, []))
        guard let target else { continue }
        let rest = bytes[row.fields[0].range.upperBound..<row.range.upperBound]
        added[boxes(of: target), default: []] += target.lastComponent.bytes + rest
      }
      kept[table] = text.replacing(cuts)
    }
    for (table, rows) in added {
      let before =
        try kept[table] ?? (present.contains(table) ? tree.contents(of: table, first: nil) : [])
      kept[table] = before + rows
    }
    plan.texts.merge(kept) { $1 }
    return plan
  }

  private func boxes(of file: FileName) -> FileName {
    let name = file.relative(to: folders.base).firstComponent
    return folders.base / name / FileName(bytes: name.bytes + Array("_boxes.txt".utf8))
  }
}

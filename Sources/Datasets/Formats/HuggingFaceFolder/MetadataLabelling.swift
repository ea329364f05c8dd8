import Support

/// Labels that stand in tables beside images.
///
/// An image with another label stays where it is, and its row changes. Where folders are the
/// labels, it moves, and its row names its new place.
struct MetadataLabelling: TreeLabelling {
  let tables: MetadataTables
  let source: MetadataLabels
  let tree: any FileTree
  let base: FileName
  /// The folder whose rows are the records; nil for all.
  let keepsRowsBelow: FileName?

  func storedLabels() throws -> [Int32] {
    var tables = try MetadataTables(self.tables.names, in: tree)
    if let keepsRowsBelow { tables.keep { $0.lies(below: keepsRowsBelow) } }
    return try MetadataLabels(
      tables, column: source.column, base: base, tree: tree, classNames: source.classNames
    ).labels
  }

  func plan(_ changes: RecordChanges) throws -> TreeCopyPlan {
    var plan = TreeCopyPlan(names: try names(changes))
    var edits = [[TextEdit]](repeating: [], count: tables.tables.count)
    for (record, place) in tables.rows.enumerated() {
      let table = tables.tables[place.table]
      func edit(_ column: String, _ value: StoredLabel) throws {
        if let edit = try table.edit(place.row, column, value) { edits[place.table].append(edit) }
      }
      guard !changes.removed.contains(record) else {
        edits[place.table].append((table.rows[place.row], []))
        continue
      }
      if plan.names[record] != tables.files[record], let column = table.fileColumn {
        let folder = MetadataTables.folder(of: tables.names[place.table]) ?? FileName("")
        try edit(column, .text(plan.names[record].relative(to: folder)))
      }
      let label = changes.labels[record]
      guard label != source.labels[record], let column = source.column,
        let meaning = source.meaning
      else { continue }
      try edit(column, meaning.stored(for: label))
      if let names = source.nameColumn, label >= 0 {
        try edit(names, .text(FileName(escaped: source.classNames[Int(label)])))
      }
    }
    for (number, edits) in edits.enumerated() where !edits.isEmpty {
      plan.texts[tables.names[number]] = tables.tables[number].replacing(edits)
    }
    if !changes.removed.isEmpty { try addCard(to: &plan, removed: changes.removed.count) }
    return plan
  }

  /// The card counts the rows, too.
  private func addCard(to plan: inout TreeCopyPlan, removed: Int) throws {
    for name in DatasetCard.places(base: base) where tree.listing.files.contains(name) {
      let card = try tree.contents(of: name, first: nil)
      plan.texts[name] = DatasetCard.replacingCount(
        of: ImageDataset.Split(namedIn: keepsRowsBelow ?? base) ?? .training,
        from: tables.rows.count, to: tables.rows.count - removed, in: card)
    }
  }

  /// Where each image lies in the copy.
  private func names(_ changes: RecordChanges) throws -> [FileName] {
    if source.areFolders {
      return try FolderLabelling(
        base: base, classes: source.classNames.map(FileName.init(escaped:)),
        files: tables.files, labels: source.labels, addsMetadata: false
      ).plan(changes).names
    }
    var uses: [FileName: Int] = [:]
    for (record, file) in tables.files.enumerated() where !changes.removed.contains(record) {
      uses[file, default: 0] += 1
    }
    var taken = Set(tree.listing.files)
    return tables.files.enumerated().map { record, file in
      // A file that several rows name stays as it is for the others.
      let isShared = changes.replaced.contains(record) && uses[file, default: 0] > 1
      let kind = changes.kinds[record]
      guard isShared || kind != nil, !changes.removed.contains(record) else { return file }
      return (kind.map(file.withKind) ?? file).claimed(from: &taken, prefix: FileName("\(record)"))
    }
  }
}

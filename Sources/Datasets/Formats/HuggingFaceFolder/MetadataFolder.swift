import Support

extension ImageDataset.Format {
  public static let huggingFaceFolder = Self(rawValue: "Hugging Face image folder")
}

/// Images that a table beside or above them lists, `metadata.csv` or `metadata.jsonl`: its rows are
/// the samples, in their order.
///
/// Labels stand in the table, as numbers or names; if it has none, they are the folders of the
/// images.
enum MetadataFolder {
  private static let labelNames = ["label", "labels", "class", "category", "target"]

  /// Indexes the part of a tree that is wanted; nil if no table lists its images, or only this
  /// program's own, which repeats what the folders say.
  static func index(
    _ tree: any FileTree, split: ImageDataset.Split, classNames: [String]?,
    options: DatasetOptions, format: ImageDataset.Format
  ) throws -> FileTreeRecords? {
    let found = tree.listing.files.filter(MetadataTables.isTable)
    guard !found.isEmpty, let part = try Part(of: tree, tables: found, split: split) else {
      return nil
    }
    let names = part.tables
    guard Set(names.map(\.kind)).count == 1 else {
      throw FileError.damaged(
        path: tree.path, reason: "it has tables of several kinds: \(names.map(\.description))",
        advice: "keep one of them")
    }
    var tables = try MetadataTables(names, in: tree)
    if isOwn(tables, base: part.base) { return nil }
    if let rows = part.rowsBelow { tables.keep { $0.lies(below: rows) } }
    guard !tables.rows.isEmpty else {
      throw DatasetError.empty(path: tree.path, advice: "its table \(names[0]) lists no images")
    }
    let columns = tables.tables.flatMap(\.columns)
    if let wanted = options.labelColumn, !columns.contains(wanted) {
      throw FileError.damaged(
        path: (FileName(tree.path) / names[0]).description,
        reason: "it has no column '\(wanted)'",
        advice: "choose one of \(tables.tables[0].columns.joined(separator: ", "))")
    }
    let column = options.labelColumn ?? labelNames.first(where: columns.contains)
    let source = try MetadataLabels(
      tables, column: column, base: part.base, tree: tree, classNames: classNames)
    let listed = Set(tables.files)
    var problems: [Int: String] = [:]
    for (record, file) in tables.files.enumerated() {
      problems[record] = tree.listing.problems[file] ?? ImageFileKinds.problem(of: file)
    }
    return FileTreeRecords(
      format: format, tree: tree, classNames: source.classNames, files: tables.files,
      labels: source.labels, problems: problems,
      ignored: tree.listing.ignored + ignored(in: tree, part, listed: listed),
      labelling: MetadataLabelling(
        tables: tables, source: source, tree: tree, base: part.base,
        keepsRowsBelow: part.rowsBelow),
      appliesOrientation: true, base: part.base)
  }

  private static func ignored(
    in tree: any FileTree, _ part: Part, listed: Set<FileName>
  ) -> [IgnoredEntry] {
    tree.listing.files.compactMap { file in
      if listed.contains(file) || part.tables.contains(file) { return nil }
      let reason =
        !file.lies(below: part.rowsBelow ?? part.base)
        ? "outside the part of the dataset that is read"
        : ImageFileKinds.isImage(file)
          ? "no row of the table names it" : "its name is not that of an image file"
      return IgnoredEntry(name: file, reason: reason)
    }
  }

  /// Whether a folder has a table that this program wrote beside class folders.
  static func holdsOwnTable(_ tree: any FileTree, base: FileName) -> Bool {
    let name = FileName("metadata.jsonl")
    let path = base.bytes.isEmpty ? name : base / name
    guard tree.listing.files.filter(MetadataTables.isTable) == [path],
      let tables = try? MetadataTables([path], in: tree)
    else { return false }
    return isOwn(tables, base: base)
  }

  /// Whether each row only says of a file what its class folder says.
  private static func isOwn(_ tables: MetadataTables, base: FileName) -> Bool {
    guard tables.tables.count == 1, tables.names[0].kind == "jsonl",
      Set(tables.tables[0].columns) == ["file_name", "label", "class"]
    else { return false }
    return tables.files.indices.allSatisfy { record in
      let folder = tables.files[record].relative(to: base).firstComponent
      return tables.value(record, "class") == .text(FileName(folder.description))
    }
  }
}

/// Which tables of a tree belong to the wanted part.
private struct Part {
  /// The folder that names of records begin in.
  let base: FileName
  let tables: [FileName]
  /// The folder whose rows are wanted of a table above it; nil for all.
  let rowsBelow: FileName?

  /// nil if the part has no table.
  init?(of tree: any FileTree, tables: [FileName], split: ImageDataset.Split) throws {
    let listing = tree.listing
    func partName(of folder: FileName) -> ImageDataset.Split? {
      let name = folder.lastComponent.description.lowercased()
      return ClassFolders.splitNames.first { $0.names.contains(name) }?.split
    }
    var base = FileName("")
    while !tables.contains(where: { $0.isDirectly(in: base) }) {
      let folders = listing.folders(in: base)
      guard folders.count == 1, partName(of: folders[0]) == nil else { break }
      base = folders[0]
    }
    let parts = listing.folders(in: base).filter { partName(of: $0) != nil }
    let own = parts.first { partName(of: $0) == split }
    func missing() -> FileError {
      .damaged(
        path: tree.path,
        reason: "it holds \(parts.map { "\($0)/" }.joined(separator: ", ")), but no "
          + "\(split.rawValue) set",
        advice: "ask for the part that is there, or name its folder")
    }
    if tables.contains(where: { $0.isDirectly(in: base) }) || parts.isEmpty {
      // A table above the parts lists one dataset; a part of it is what the user asks for.
      guard split != .training, !parts.isEmpty else {
        (self.base, self.tables, rowsBelow) = (base, tables, nil)
        return
      }
      guard let own else { throw missing() }
      (self.base, self.tables, rowsBelow) = (base, tables, own)
      return
    }
    guard let own else { throw missing() }
    let inside = tables.filter { $0.lies(below: own) }
    if inside.isEmpty { return nil }
    (self.base, self.tables, rowsBelow) = (own, inside, nil)
  }
}

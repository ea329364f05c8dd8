import Support

/// The tables of a part of a tree, with their rows one after another.
struct MetadataTables: Sendable {
  struct Place: Sendable {
    let table: Int
    let row: Int
  }

  /// Below the tree's root.
  let names: [FileName]
  let tables: [any MetadataTable]
  /// By record.
  private(set) var rows: [Place] = []
  private(set) var files: [FileName] = []

  static let kinds = ["csv", "jsonl", "parquet"]

  static func isTable(_ file: FileName) -> Bool {
    kinds.contains { file.lastComponent == FileName("metadata.\($0)") }
  }

  /// Reads tables, and checks that each row names a file of the tree.
  init(_ names: [FileName], in tree: any FileTree) throws {
    self.names = names
    let known = Set(tree.listing.files)
    tables = try names.map { name in
      let path = (FileName(tree.path) / name).description
      let bytes = try tree.contents(of: name, first: nil)
      switch name.kind {
      case "csv": return try MetadataCSV(bytes, path: path)
      case "jsonl": return try MetadataLines(bytes, path: path)
      default:
        throw FileError.damaged(
          path: path, reason: "tables of this kind beside images are not read",
          advice: "write it as metadata.csv or metadata.jsonl")
      }
    }
    for (number, table) in tables.enumerated() {
      let path = (FileName(tree.path) / names[number]).description
      guard let column = table.fileColumn else {
        throw FileError.damaged(
          path: path,
          reason: "it has no column file_name (\(table.columns.joined(separator: ", ")))",
          advice: "name the image of each row there")
      }
      for row in table.rows.indices {
        guard case .text(let text)? = table.value(row, column), let inside = text.insideArchive
        else {
          var name = "no file"
          if case .text(let text)? = table.value(row, column) { name = "'\(text)'" }
          throw FileError.damaged(
            path: path, reason: "row \(row + 1) names \(name)",
            advice: "name a file below the table's folder, without .. and ://")
        }
        let named = Self.folder(of: names[number]).map { $0 / inside } ?? inside
        // Bytes that are no text are escaped in a table.
        let file =
          known.contains(named)
          ? named : FileName(escaped: String(decoding: named.bytes, as: UTF8.self))
        guard known.contains(file) else {
          throw FileError.damaged(
            path: path, reason: "row \(row + 1) names '\(text)', which is not there",
            advice: "add the file, or remove the row")
        }
        rows.append(Place(table: number, row: row))
        files.append(file)
      }
    }
  }

  /// The folder that a table lies in; nil for the root.
  static func folder(of name: FileName) -> FileName? {
    name.bytes.contains(UInt8(ascii: "/")) ? name.parent : nil
  }

  func value(_ record: Int, _ column: String) -> StoredLabel? {
    tables[rows[record].table].value(rows[record].row, column)
  }

  /// All values of a column; texts of tables that know no numbers are numbers if all are whole.
  func values(of column: String, path: String) throws -> LabelColumn {
    var values = try rows.indices.map { record in
      guard let value = value(record, column) else {
        throw FileError.damaged(
          path: path, reason: "row \(rows[record].row + 1) has a '\(column)' of another kind",
          advice: "write a number or a name there")
      }
      return value
    }
    let numbers = values.map { value -> StoredLabel? in
      guard case .text(let text) = value else { return value }
      return Double(text.description).flatMap(StoredLabel.init(whole:))
    }
    if tables.allSatisfy({ $0 is MetadataCSV }), numbers.allSatisfy({ $0 != nil }) {
      values = numbers.compactMap { $0 }
    }
    return values.reduce(into: LabelColumn()) { $0.append($1) }
  }

  /// Leaves rows out whose files fulfil no condition.
  mutating func keep(where condition: (FileName) -> Bool) {
    let kept = files.indices.filter { condition(files[$0]) }
    rows = kept.map { rows[$0] }
    files = kept.map { files[$0] }
  }
}

import Support

/// A table beside images, a row an image, whose fields are places in its text.
protocol MetadataTable: Sendable {
  /// Of the heading, or of the first row.
  var columns: [String] { get }
  /// By row, with the line's end.
  var rows: [Range<Int>] { get }

  /// A row's value; null where it is absent or empty, nil if it is neither number nor text.
  func value(_ row: Int, _ column: String) -> StoredLabel?
  /// What writes another value into a row: a place in the text, and its new bytes.
  func edit(_ row: Int, _ column: String, _ value: StoredLabel) throws -> TextEdit?
  /// The text with other bytes in some places, which do not overlap.
  func replacing(_ edits: [TextEdit]) -> [UInt8]
}

typealias TextEdit = (range: Range<Int>, bytes: [UInt8])

extension MetadataTable {
  /// The column of file names: `file_name`, or the only one that ends so.
  var fileColumn: String? {
    if columns.contains("file_name") { return "file_name" }
    let others = columns.filter { $0.hasSuffix("_file_name") }
    return others.count == 1 ? others[0] : nil
  }
}

/// `metadata.csv`.
struct MetadataCSV: MetadataTable {
  let columns: [String]
  var rows: [Range<Int>] { fields.map(\.range) }
  private let text: DelimitedText
  /// Without the heading.
  private let fields: ArraySlice<DelimitedText.Row>

  init(_ bytes: [UInt8], path: String) throws {
    text = try DelimitedText(bytes, delimiter: .character(UInt8(ascii: ",")), path: path)
    guard let heading = text.rows.first else {
      throw FileError.damaged(
        path: path, reason: "it is empty", advice: "give it a heading with file_name")
    }
    columns = heading.fields.map { [text] in text.text($0) }
    fields = text.rows.dropFirst()
    for (row, fields) in fields.enumerated() where fields.fields.count != columns.count {
      throw FileError.damaged(
        path: path,
        reason: "row \(row + 1) has \(fields.fields.count) fields in \(columns.count) columns",
        advice: "correct it; fields with commas are to be quoted")
    }
  }

  private func field(_ row: Int, _ column: String) -> DelimitedText.Field? {
    columns.firstIndex(of: column).map { fields[fields.startIndex + row].fields[$0] }
  }

  func value(_ row: Int, _ column: String) -> StoredLabel? {
    let value = field(row, column).map(text.value) ?? []
    return value.isEmpty ? .null : .text(FileName(bytes: value))
  }

  func edit(_ row: Int, _ column: String, _ value: StoredLabel) -> TextEdit? {
    guard let field = field(row, column) else { return nil }
    switch value {
    case .null: return (field.range, [])
    case .number(let number): return (field.range, Array(String(number).utf8))
    case .text(let name): return (field.range, text.field(name.bytes))
    }
  }

  func replacing(_ edits: [TextEdit]) -> [UInt8] { text.replacing(edits) }
}

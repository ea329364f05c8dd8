import Foundation

/// A table of comma-separated values (RFC 4180) written row by row.
public final class CSVFile {
  private let columns: Int
  private let file: AppendOnlyFile
  private var pending: [UInt8] = []

  /// Creates or replaces the file, with its heading.
  public init(_ path: String, columns: [String]) throws {
    self.columns = columns.count
    file = AppendOnlyFile(try RandomAccessFile(path, .replace))
    try append(columns)
  }

  /// Adds a row; fields with commas, quotes or line ends are quoted, and those that a spreadsheet
  /// would take for a formula begin with an apostrophe, which `read` leaves out.
  public func append(_ fields: [String]) throws {
    precondition(
      fields.count == columns, "CSVFile: a row of \(fields.count) fields in \(columns) columns")
    pending += fields.map { Self.quoted(Self.guarded($0)) }.joined(separator: ",").utf8
    pending.append(UInt8(ascii: "\n"))
    if pending.count > 1 << 16 { try close() }
  }

  /// Writes what is pending, at the end.
  public func close() throws {
    try file.append(pending)
    pending.removeAll(keepingCapacity: true)
  }

  /// Whether spreadsheets take a field for a formula, once apostrophes before it are gone.
  static func isFormula(_ field: String) -> Bool {
    guard let first = field.utf8.first(where: { $0 != UInt8(ascii: "'") }) else { return false }
    return "=+-@\t\r".utf8.contains(first) && Double(field) == nil
  }

  private static func guarded(_ field: String) -> String {
    isFormula(field) ? "'" + field : field
  }

  private static func quoted(_ field: String) -> String {
    let special = ",\"\n\r".utf8
    guard field.utf8.contains(where: special.contains) else { return field }
    return "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }
}

import Foundation

/// A table of comma-separated values (RFC 4180) written row by row.
public final class CSVFile {
  private let path: String
  private let columns: Int
  private let handle: FileHandle
  private var pending: [UInt8] = []

  /// Creates the file with its heading.
  public init(_ path: String, columns: [String]) throws {
    self.path = path
    self.columns = columns.count
    try TextFile.write("", to: path)
    guard let handle = FileHandle(forWritingAtPath: path) else {
      throw DatasetError.unwritable(path: path, reason: "it cannot be opened")
    }
    self.handle = handle
    try append(columns)
  }

  /// Adds a row; fields with commas, quotes or line ends are quoted.
  public func append(_ fields: [String]) throws {
    precondition(
      fields.count == columns, "CSVFile: a row of \(fields.count) fields in \(columns) columns")
    pending += fields.map(Self.quoted).joined(separator: ",").utf8
    pending.append(UInt8(ascii: "\n"))
    if pending.count > 1 << 16 { try flush() }
  }

  /// Writes what is pending and closes the file; nothing may be appended afterwards.
  public func close() throws {
    try flush()
    try handle.close()
  }

  private func flush() throws {
    do {
      try handle.write(contentsOf: pending)
    } catch {
      throw DatasetError.unwritable(path: path, reason: error.localizedDescription)
    }
    pending.removeAll(keepingCapacity: true)
  }

  private static func quoted(_ field: String) -> String {
    let special: Set<Character> = [",", "\"", "\n", "\r", "\r\n"]
    guard field.contains(where: special.contains) else { return field }
    return "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }
}

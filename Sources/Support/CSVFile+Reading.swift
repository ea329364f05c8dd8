extension CSVFile {
  /// All rows of a table, the heading first.
  ///
  /// - Throws: `FileError` if the file cannot be read or a quoted field does not end.
  public static func read(_ path: String) throws -> [[String]] {
    var rows: [[String]] = []
    try forEachRow(of: path) { rows.append($0) }
    return rows
  }

  /// Calls `body` with each row of a table, the heading first.
  ///
  /// - Throws: `FileError` if the file cannot be read or a quoted field does not end, or what
  ///   `body` throws.
  public static func forEachRow(of path: String, _ body: ([String]) throws -> Void) throws {
    let data = try RandomAccessFile.contents(path)
    var row: [String] = []
    var field: [UInt8] = []
    var isQuoted = false
    func text() -> String {
      let text = String(decoding: field, as: UTF8.self)
      return text.utf8.first == UInt8(ascii: "'") && isFormula(text)
        ? String(decoding: field.dropFirst(), as: UTF8.self) : text
    }
    var position = data.startIndex
    while position < data.endIndex {
      let byte = data[position]
      position += 1
      switch (byte, isQuoted) {
      case (UInt8(ascii: "\""), true):
        if position < data.endIndex, data[position] == byte {
          field.append(byte)
          position += 1
        } else {
          isQuoted = false
        }
      case (UInt8(ascii: "\""), false): isQuoted = true
      case (UInt8(ascii: ","), false):
        row.append(text())
        field = []
      case (UInt8(ascii: "\n"), false):
        try body(row + [text()])
        (row, field) = ([], [])
      case (UInt8(ascii: "\r"), false): break
      default: field.append(byte)
      }
    }
    guard !isQuoted else {
      throw FileError.damaged(
        path: path, reason: "a quoted field does not end", advice: "the file is truncated")
    }
    if !field.isEmpty || !row.isEmpty { try body(row + [text()]) }
  }
}

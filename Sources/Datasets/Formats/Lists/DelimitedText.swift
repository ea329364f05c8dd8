import Support

/// The rows of a table of text, as places in its bytes, so that a field can be changed and all else
/// stays as it is.
struct DelimitedText: Sendable {
  /// What stands between two fields.
  enum Delimiter: Sendable, Equatable {
    case character(UInt8)
    /// The last spaces of a line, behind which the last of two fields stands.
    case lastSpace
  }

  struct Field: Sendable, Equatable {
    /// With its quotes.
    let range: Range<Int>
    let isQuoted: Bool
  }

  struct Row: Sendable {
    /// With the line's end.
    let range: Range<Int>
    let fields: [Field]
  }

  let bytes: [UInt8]
  let delimiter: Delimiter
  /// Without empty lines.
  let rows: [Row]

  private static let quote = UInt8(ascii: "\"")
  private static let lineEnd = UInt8(ascii: "\n")
  private static let space = UInt8(ascii: " ")

  /// Finds the rows of a text, which may begin with a byte order mark.
  ///
  /// - Throws: `FileError.damaged` if it is UTF-16 or a quoted field does not end.
  init(_ bytes: [UInt8], delimiter: Delimiter? = nil, path: String) throws {
    guard !bytes.starts(with: [0xFF, 0xFE]), !bytes.starts(with: [0xFE, 0xFF]) else {
      throw FileError.damaged(
        path: path, reason: "it is UTF-16 text", advice: "save it as UTF-8")
    }
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    self.bytes = bytes
    let delimiter =
      delimiter ?? Self.delimiter(ofLine: bytes[start...].prefix { $0 != Self.lineEnd })
    self.delimiter = delimiter
    var rows: [Row] = []
    var position = start
    while position < bytes.count {
      let row: Row
      switch delimiter {
      case .character(let separator):
        guard let next = Self.quotedRow(bytes, from: position, separator) else {
          throw FileError.damaged(
            path: path, reason: "a quoted field of row \(rows.count + 1) does not end",
            advice: "the file is truncated, or a quote is to be doubled")
        }
        row = next
      case .lastSpace: row = Self.spacedRow(bytes, from: position)
      }
      position = row.range.upperBound
      if row.fields.count > 1 || row.fields.contains(where: { !$0.range.isEmpty }) {
        rows.append(row)
      }
    }
    self.rows = rows
  }

  /// A field's value: quotes are left out, and spaces around it.
  func value(_ field: Field) -> [UInt8] {
    var value = bytes[field.range]
    if field.isQuoted {
      var result: [UInt8] = []
      var isSecond = false
      for byte in value.dropFirst().dropLast() {
        isSecond = byte == Self.quote && !isSecond
        if !isSecond { result.append(byte) }
      }
      return result
    }
    while value.first == Self.space { value = value.dropFirst() }
    while value.last == Self.space { value = value.dropLast() }
    return Array(value)
  }

  func text(_ field: Field) -> String { String(decoding: value(field), as: UTF8.self) }

  /// A value as it stands in a field.
  func field(_ value: [UInt8]) -> [UInt8] {
    guard case .character(let separator) = delimiter,
      value.contains(where: { [separator, Self.quote, Self.lineEnd, 13].contains($0) })
    else { return value }
    return [Self.quote] + value.flatMap { $0 == Self.quote ? [$0, $0] : [$0] } + [Self.quote]
  }

  /// The text with other bytes in some places, which may be empty and do not overlap.
  func replacing(_ changes: [(range: Range<Int>, bytes: [UInt8])]) -> [UInt8] {
    var result: [UInt8] = []
    var position = 0
    for change in changes.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      result += bytes[position..<change.range.lowerBound] + change.bytes
      position = change.range.upperBound
    }
    return result + bytes[position...]
  }

  /// The most frequent of tab, comma and semicolon in a line, unless an image's name and a label
  /// are what is before and behind its last space.
  private static func delimiter(ofLine line: ArraySlice<UInt8>) -> Delimiter {
    let characters = [UInt8(ascii: "\t"), UInt8(ascii: ","), UInt8(ascii: ";")]
    if !line.contains(characters[0]), let space = line.lastIndex(of: space) {
      let name = FileName(bytes: line[..<space])
      if !line[(space + 1)...].contains(where: characters.contains), ImageFileKinds.isImage(name) {
        return .lastSpace
      }
    }
    let counts = characters.map { character in line.count { $0 == character } }
    guard let most = counts.max(), most > 0, let best = counts.firstIndex(of: most) else {
      return .lastSpace
    }
    return .character(characters[best])
  }

  /// A row of RFC 4180 with any separator; nil if a quote does not end.
  private static func quotedRow(
    _ bytes: [UInt8], from start: Int, _ separator: UInt8
  ) -> Row? {
    var fields: [Field] = []
    var position = start
    while true {
      let first = position
      let isQuoted = position < bytes.count && bytes[position] == quote
      if isQuoted {
        position += 1
        while true {
          guard let end = bytes[position...].firstIndex(of: quote) else { return nil }
          position = end + 1
          guard position < bytes.count, bytes[position] == quote else { break }
          position += 1
        }
      }
      let quotedEnd = position
      while position < bytes.count, bytes[position] != separator, bytes[position] != lineEnd {
        position += 1
      }
      var end = isQuoted ? quotedEnd : position
      let isLast = position >= bytes.count || bytes[position] == lineEnd
      if !isQuoted, isLast, end > first, bytes[end - 1] == 13 { end -= 1 }
      fields.append(Field(range: first..<end, isQuoted: isQuoted))
      position = min(position + 1, bytes.count)
      if isLast { return Row(range: start..<position, fields: fields) }
    }
  }

  /// A line of two fields with spaces between them.
  private static func spacedRow(_ bytes: [UInt8], from start: Int) -> Row {
    let lineStop = bytes[start...].firstIndex(of: lineEnd) ?? bytes.count
    let isBlank: (UInt8) -> Bool = { $0 == space || $0 == 9 || $0 == 13 }
    var end = lineStop
    while end > start, isBlank(bytes[end - 1]) { end -= 1 }
    let range = start..<min(lineStop + 1, bytes.count)
    guard let gap = bytes[start..<end].lastIndex(where: isBlank) else {
      return Row(range: range, fields: [Field(range: start..<end, isQuoted: false)])
    }
    var first = gap
    while first > start, isBlank(bytes[first - 1]) { first -= 1 }
    return Row(
      range: range,
      fields: [
        Field(range: start..<first, isQuoted: false), Field(range: gap + 1..<end, isQuoted: false),
      ])
  }
}

/// Names as text, for tables and messages: a name that is UTF-8 is itself, every other one has an
/// escape `\xE9` for each byte that belongs to no character, or to one that steers terminals. So
/// that the bytes can be had back, the backslash of a name that has the letters `\x` is escaped,
/// too.
extension FileName: CustomStringConvertible {
  private static let backslash = UInt8(ascii: "\\")
  private static let letter = UInt8(ascii: "x")

  /// The name as a string for calls that take one; what is not UTF-8 is replaced.
  public var systemPath: String { String(decoding: bytes, as: UTF8.self) }

  public var description: String {
    if let text = String(validating: bytes, as: UTF8.self), firstEscape(from: 0) == nil,
      !text.unicodeScalars.contains(where: \.steersTerminals)
    {
      return text
    }
    var text = ""
    var position = 0
    while position < bytes.count {
      if firstEscape(from: position) != position,
        let length = (1...4).first(where: { isCharacter(at: position, length: $0) })
      {
        text += String(decoding: bytes[position..<position + length], as: UTF8.self)
        position += length
      } else {
        let digits = String(bytes[position], radix: 16, uppercase: true)
        text += "\\x" + (digits.count < 2 ? "0" : "") + digits
        position += 1
      }
    }
    return text
  }

  /// The name that `description` shows as this text.
  public init(escaped text: String) {
    let source = Array(text.utf8)
    var bytes: [UInt8] = []
    var position = 0
    while position < source.count {
      if source[position] == Self.backslash, position + 3 < source.count,
        source[position + 1] == Self.letter,
        let byte = UInt8(
          String(decoding: source[position + 2..<position + 4], as: UTF8.self), radix: 16)
      {
        bytes.append(byte)
        position += 4
      } else {
        bytes.append(source[position])
        position += 1
      }
    }
    self.init(bytes: bytes)
  }

  /// Where the letters `\x` begin.
  private func firstEscape(from start: Int) -> Int? {
    bytes.indices.dropFirst(start).first {
      bytes[$0] == Self.backslash && $0 + 1 < bytes.count && bytes[$0 + 1] == Self.letter
    }
  }

  /// Whether a character that can be shown takes these bytes.
  private func isCharacter(at position: Int, length: Int) -> Bool {
    guard position + length <= bytes.count else { return false }
    let text = String(validating: bytes[position..<position + length], as: UTF8.self)
    return text?.unicodeScalars.contains(where: \.steersTerminals) == false
  }
}

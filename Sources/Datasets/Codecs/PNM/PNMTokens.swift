/// Words between spaces and comments, which go from # to the end of the line.
struct PNMTokens {
  private let bytes: [UInt8]
  private(set) var position: Int

  init(_ bytes: [UInt8], start: Int) {
    self.bytes = bytes
    position = start
  }

  /// Where the next word is; nil at the end.
  mutating func next() -> Range<Int>? {
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "#") {
        while position < bytes.count, bytes[position] != 0x0A, bytes[position] != 0x0D {
          position += 1
        }
      } else if PNMLayout.isSpace(bytes[position]) {
        position += 1
      } else {
        break
      }
    }
    let start = position
    while position < bytes.count, !PNMLayout.isSpace(bytes[position]),
      bytes[position] != UInt8(ascii: "#")
    {
      position += 1
    }
    return start < position ? start..<position : nil
  }

  /// Digits as a number, of at most nine.
  static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    guard digits.count <= 9 else { return nil }
    var value = 0
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      value = 10 * value + Int(digit - UInt8(ascii: "0"))
    }
    return value
  }
}

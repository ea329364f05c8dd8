/// What the header of a PNM file says.
struct PNMLayout {
  let isPlain: Bool
  let isBitmap: Bool
  let isColor: Bool
  let width: Int
  let height: Int
  /// The value of white; 1 in a bitmap, in which it stands for black.
  let maximum: Int
  /// Where values begin.
  let start: Int

  /// Whether binary values have two bytes.
  var isDeep: Bool { maximum > 255 }
  var shape: ImageShape { ImageShape(height: height, width: width, channels: isColor ? 3 : 1) }

  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  /// nil if the header goes on behind these bytes.
  init?(_ bytes: [UInt8]) throws {
    guard PNM.recognizes(bytes) else { throw ImageFailure(reason: "it is not a PNM image") }
    let kind = bytes[1] - UInt8(ascii: "0")
    isPlain = kind <= 3
    isBitmap = kind == 1 || kind == 4
    isColor = kind == 3 || kind == 6
    var tokens = PNMTokens(bytes, start: 2)
    var numbers: [Int] = []
    while numbers.count < (isBitmap ? 2 : 3) {
      guard let token = tokens.next(), token.upperBound < bytes.count else { return nil }
      guard let number = PNMTokens.number(bytes[token]) else {
        throw ImageFailure(reason: "it is corrupt: there is no number in its header")
      }
      numbers.append(number)
    }
    width = numbers[0]
    height = numbers[1]
    maximum = isBitmap ? 1 : numbers[2]
    guard (1...65535).contains(maximum) else {
      throw ImageFailure(reason: "it is corrupt: its greatest value is \(maximum)")
    }
    // One space ends the header.
    start = tokens.position + 1
  }
}

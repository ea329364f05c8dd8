/// What the header of a BMP file says.
struct BMPLayout {
  enum Compression: Int {
    case none = 0
    case runs8 = 1
    case runs4 = 2
    case bitFields = 3
  }

  let height: Int
  let width: Int
  let isTopDown: Bool
  let bitsPerPixel: Int
  let compression: Compression
  /// Where pixels begin.
  let pixelStart: Int
  /// Pixels per meter, across and down.
  private(set) var resolution: [UInt8] = [UInt8](repeating: 0, count: 8)
  /// Red, green and blue of each color.
  private(set) var palette: [[UInt8]] = []
  /// The bits of red, green and blue in a pixel of 16 or 32.
  private(set) var masks: [UInt32] = []

  /// Bytes of a row.
  var rowSize: Int { (width * bitsPerPixel + 31) / 32 * 4 }
  /// A palette of nothing but gray makes a gray image.
  var isGray: Bool {
    bitsPerPixel <= 8 && palette.allSatisfy { $0[0] == $0[1] && $0[1] == $0[2] }
  }
  var shape: ImageShape { ImageShape(height: height, width: width, channels: isGray ? 1 : 3) }

  init(_ bytes: [UInt8]) throws {
    guard BMP.recognizes(bytes), bytes.count >= 26 else {
      throw ImageFailure(reason: "it is not a BMP image, or cut short")
    }
    func word(_ start: Int, _ count: Int) throws -> Int {
      guard start + count <= bytes.count else { throw ImageFailure(reason: "it is cut short") }
      return bytes[start..<start + count].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    pixelStart = try word(10, 4)
    let headerSize = try word(14, 4)
    let isOld = headerSize == 12
    guard isOld || (40...124).contains(headerSize) else {
      throw ImageFailure(reason: "BMP with a header of \(headerSize) bytes is not read")
    }
    if isOld {
      width = try word(18, 2)
      height = try word(20, 2)
      isTopDown = false
      bitsPerPixel = try word(24, 2)
      compression = .none
    } else {
      width = try word(18, 4)
      let lines = Int(Int32(truncatingIfNeeded: try word(22, 4)))
      height = abs(lines)
      isTopDown = lines < 0
      bitsPerPixel = try word(28, 2)
      let code = try word(30, 4)
      guard let known = Compression(rawValue: code) else {
        throw ImageFailure(reason: "BMP with compression \(code) is not read")
      }
      compression = known
      guard bytes.count >= 46 else { throw ImageFailure(reason: "it is cut short") }
      resolution = Array(bytes[38..<46])
    }
    let fits: [Compression: [Int]] = [
      .none: [1, 4, 8, 16, 24, 32], .runs8: [8], .runs4: [4], .bitFields: [16, 32],
    ]
    guard fits[compression]?.contains(bitsPerPixel) ?? false, width > 0, height > 0,
      pixelStart >= 14 + headerSize
    else {
      throw ImageFailure(
        reason: "it is corrupt: no BMP image is \(width)×\(height) with \(bitsPerPixel) bits")
    }
    if bitsPerPixel <= 8 {
      let said = isOld ? 0 : try word(46, 4)
      let size = isOld ? 3 : 4
      let room = (pixelStart - 14 - headerSize) / size
      let count = min(said == 0 ? 1 << bitsPerPixel : said, 1 << bitsPerPixel, room)
      let start = 14 + headerSize
      guard count > 0, start + size * count <= bytes.count else {
        throw ImageFailure(reason: "it is corrupt: it has no palette")
      }
      palette = (0..<count).map { color in
        let place = start + size * color
        return [bytes[place + 2], bytes[place + 1], bytes[place]]
      }
    } else if compression == .bitFields {
      masks = try (0..<3).map { UInt32(try word(54 + 4 * $0, 4)) }
    } else if bitsPerPixel == 16 {
      masks = [0x7C00, 0x03E0, 0x001F]
    } else if bitsPerPixel == 32 {
      masks = [0xFF0000, 0x00FF00, 0x0000FF]
    }
    guard masks.allSatisfy({ $0 != 0 && $0 >> $0.trailingZeroBitCount <= 0xFF }) else {
      throw ImageFailure(reason: "BMP with channels of more than 8 bits is not read")
    }
  }
}

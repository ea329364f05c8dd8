/// The IHDR chunk of a PNG file.
struct PNGHeader: Equatable {
  enum ColorType: UInt8 {
    case gray = 0
    case color = 2
    case palette = 3
    case grayAlpha = 4
    case colorAlpha = 6
  }

  var width: Int
  var height: Int
  var bitDepth: Int
  var colorType: ColorType
  var isInterlaced: Bool

  var hasAlpha: Bool { colorType == .grayAlpha || colorType == .colorAlpha }
  var isGray: Bool { colorType == .gray || colorType == .grayAlpha }
  /// Samples of a pixel as they are stored.
  var sampleCount: Int {
    switch colorType {
    case .gray, .palette: 1
    case .grayAlpha: 2
    case .color: 3
    case .colorAlpha: 4
    }
  }
  /// The shape of the image it decodes to.
  var shape: ImageShape {
    ImageShape(height: height, width: width, channels: isGray ? 1 : 3)
  }

  init(
    width: Int, height: Int, bitDepth: Int, colorType: ColorType, isInterlaced: Bool = false
  ) {
    self.width = width
    self.height = height
    self.bitDepth = bitDepth
    self.colorType = colorType
    self.isInterlaced = isInterlaced
  }

  /// - Throws: `ImageFailure` if the chunk says what no PNG file may.
  init(_ chunks: PNGChunks) throws {
    guard let first = chunks.chunks.first, first.type == "IHDR", first.contents.count == 13 else {
      throw ImageFailure(reason: "it is corrupt: it does not begin with a PNG header")
    }
    let start = first.contents.lowerBound
    let bytes = chunks.bytes
    width = bigEndianWord(bytes, at: start)
    height = bigEndianWord(bytes, at: start + 4)
    bitDepth = Int(bytes[start + 8])
    guard let type = ColorType(rawValue: bytes[start + 9]),
      Self.depths(of: type).contains(bitDepth), bytes[start + 12] <= 1
    else {
      throw ImageFailure(
        reason: "it is corrupt: no PNG image has color type \(bytes[start + 9]) with \(bitDepth) "
          + "bits and interlacing \(bytes[start + 12])")
    }
    colorType = type
    isInterlaced = bytes[start + 12] == 1
  }

  private static func depths(of type: ColorType) -> [Int] {
    switch type {
    case .gray: [1, 2, 4, 8, 16]
    case .palette: [1, 2, 4, 8]
    case .color, .grayAlpha, .colorAlpha: [8, 16]
    }
  }
}

/// The first frame of a GIF file.
struct GIFFrame {
  private var left = 0
  private var top = 0
  private var width = 0
  private var height = 0
  /// Red, green and blue of each color.
  private var palette: ArraySlice<UInt8> = []
  private var transparent: UInt8?
  private var indices: [UInt8] = []
  private let allowsTruncation: Bool

  private static let cut = ImageFailure(reason: "it is cut short")

  /// - Parameter bytes: a file with a whole header.
  init(_ bytes: [UInt8], options: DecodingOptions) throws {
    allowsTruncation = options.allowsTruncation
    var position = 13
    func take(_ count: Int) throws -> ArraySlice<UInt8> {
      guard position + count <= bytes.count else { throw Self.cut }
      position += count
      return bytes[position - count..<position]
    }
    /// The contents of the blocks up to an empty one.
    func blocks(isPartAllowed: Bool) throws -> [UInt8] {
      var contents: [UInt8] = []
      while position < bytes.count {
        let size = Int(bytes[position])
        position += 1
        if size == 0 { return contents }
        let end = min(position + size, bytes.count)
        contents += bytes[position..<end]
        if end < position + size { break }
        position = end
      }
      guard isPartAllowed else { throw Self.cut }
      return contents
    }
    if bytes[10] & 0x80 != 0 { palette = try take(3 << (Int(bytes[10] & 7) + 1)) }
    while true {
      switch try take(1).first {
      case 0x21:
        let label = try take(1).first
        let contents = try blocks(isPartAllowed: false)
        // A graphic control extension: flags, delay, transparent color.
        if label == 0xF9, contents.count >= 4, contents[0] & 1 != 0 { transparent = contents[3] }
      case 0x2C:
        let header = Array(try take(9))
        func word(_ start: Int) -> Int { Int(header[start]) | Int(header[start + 1]) << 8 }
        (left, top, width, height) = (word(0), word(2), word(4), word(6))
        try options.limits.check(ImageShape(height: height, width: width, channels: 3))
        if header[8] & 0x80 != 0 { palette = try take(3 << (Int(header[8] & 7) + 1)) }
        let codeSize = Int(try take(1).first ?? 0)
        let data = try blocks(isPartAllowed: true)
        try decode(data, codeSize: codeSize, isInterlaced: header[8] & 0x40 != 0)
        return
      case 0x3B:
        throw ImageFailure(reason: "it is corrupt: it has no image")
      default:
        throw ImageFailure(reason: "it is corrupt: there is no GIF block at \(position - 1)")
      }
    }
  }

  private mutating func decode(
    _ data: [UInt8], codeSize: Int, isInterlaced: Bool
  ) throws {
    guard (1...11).contains(codeSize) else {
      throw ImageFailure(reason: "it is corrupt: codes of \(codeSize) bits")
    }
    let values = LZWDecoder(data, codeSize: codeSize).values(atMost: width * height)
    guard allowsTruncation || values.count == width * height else { throw Self.cut }
    guard isInterlaced else {
      indices = values + [UInt8](repeating: 0, count: width * height - values.count)
      return
    }
    indices = [UInt8](repeating: 0, count: width * height)
    var line = 0
    // Each eighth row, those between, and so on.
    for (first, step) in [(0, 8), (4, 8), (2, 4), (1, 2)] {
      for y in stride(from: first, to: height, by: step) {
        let part = values.dropFirst(line * width).prefix(width)
        indices.replaceSubrange(y * width..<y * width + part.count, with: part)
        line += 1
      }
    }
  }

  /// The frame on a canvas of the transparent or the first color, as Pillow has it.
  func image(on shape: ImageShape) -> RasterImage {
    let lacking = 768 - palette.count
    let colors = Array(palette) + [UInt8](repeating: 0, count: max(lacking, 0))
    let background = 3 * Int(transparent ?? 0)
    var image = RasterImage(shape: shape, filledWith: 0)
    for pixel in 0..<shape.height * shape.width {
      for channel in 0..<3 { image.pixels[3 * pixel + channel] = colors[background + channel] }
    }
    for y in 0..<height where top + y < shape.height {
      for x in 0..<width where left + x < shape.width {
        let color = 3 * Int(indices[y * width + x])
        for channel in 0..<3 { image[top + y, left + x, channel] = colors[color + channel] }
      }
    }
    return image
  }
}

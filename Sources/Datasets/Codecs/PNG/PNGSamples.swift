import CImageFiles
import Foundation

/// The pixels of a PNG file as it stores them.
struct PNGSamples {
  var header: PNGHeader
  /// `[H, W, samples]`, one byte each, or two with the high one first if they have 16 bits.
  var samples: [UInt8]
  /// Red, green and blue of each color.
  var palette: [UInt8] = []
  /// The tRNS chunk: the alpha of colors of the palette, or the transparent gray or color.
  var transparency: [UInt8]?

  var bytesPerSample: Int { header.bitDepth == 16 ? 2 : 1 }
  var bytesPerPixel: Int { header.sampleCount * bytesPerSample }
  var rowSize: Int { header.width * bytesPerPixel }
  var pixelCount: Int { header.width * header.height }

  /// Reads a file whose header is within the limits.
  init(_ chunks: PNGChunks, header: PNGHeader, allowsTruncation: Bool) throws {
    self.header = header
    // libpng sees nothing but what the pixels need.
    var file = PNGChunks.signature + chunks.bytes[chunks.chunks[0].whole]
    if header.colorType == .palette {
      guard let colors = chunks.contents("PLTE"), colors.count % 3 == 0,
        (3...768).contains(colors.count)
      else { throw ImageFailure(reason: "it is corrupt: it has no palette") }
      palette = Array(colors)
      file += PNGChunks.chunk("PLTE", colors.prefix(3 << header.bitDepth))
    }
    transparency = chunks.contents("tRNS").map(Array.init)
    let data = chunks.chunks.drop { $0.type != "IDAT" }.prefix { $0.type == "IDAT" }
    guard !data.isEmpty else { throw ImageFailure(reason: "it is corrupt: it has no pixels") }
    for chunk in data {
      // The last may be cut short.
      file +=
        chunk.whole.upperBound <= chunks.bytes.count
        ? Array(chunks.bytes[chunk.whole])
        : PNGChunks.chunk(chunk.type, chunks.bytes[chunk.contents])
    }
    let size = header.width * header.sampleCount * (header.bitDepth == 16 ? 2 : 1)
    samples = [UInt8](repeating: 0, count: size * header.height)
    try ImageFailure.check(PNG.name) { message in
      samples.withUnsafeMutableBufferPointer {
        elixirReadPNG(file, file.count, allowsTruncation, $0.baseAddress, size, message)
      }
    }
  }

  /// An 8-bit image.
  init(_ image: RasterImage) {
    header = PNGHeader(
      width: image.shape.width, height: image.shape.height, bitDepth: 8,
      colorType: image.shape.channels == 1 ? .gray : .color)
    samples = image.pixels
  }

  /// A PNG file of these pixels.
  ///
  /// - Parameter level: zlib's, from 0 to 9; its usual one by default.
  func encoded(level: Int = -1) throws -> [UInt8] {
    var control = ElixirPNGHeader(
      width: UInt32(header.width), height: UInt32(header.height),
      bitDepth: Int32(header.bitDepth), colorType: Int32(header.colorType.rawValue),
      isInterlaced: header.isInterlaced)
    var file: UnsafeMutablePointer<UInt8>?
    var count = 0
    defer { free(file) }
    try ImageFailure.check(PNG.name) { message in
      elixirWritePNG(
        &control, palette, Int32(palette.count / 3), samples, rowSize, Int32(level), &file,
        &count, message)
    }
    return Array(UnsafeBufferPointer(start: file, count: count))
  }
}

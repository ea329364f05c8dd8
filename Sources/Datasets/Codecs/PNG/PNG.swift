import CImageFiles
import Support

/// PNG files in all color types and bit depths, through libpng.
///
/// 16-bit gray, which Pillow clips to nearly white, is read as 16-bit color is: by its high byte.
public enum PNG: ImageCodec {
  public static let name = "PNG"
  public static var library: String { "libpng \(String(cString: elixirPNGVersion()))" }
  public static let fileKinds = ["png", "apng"]

  public static func recognizes(_ first: [UInt8]) -> Bool {
    first.starts(with: PNGChunks.signature)
  }

  public static func header(
    _ first: [UInt8], isWhole: Bool, options: DecodingOptions
  ) throws -> ImageHeader? {
    let chunks = try PNGChunks(
      first, isWhole: isWhole, allowsTruncation: options.allowsTruncation)
    guard isWhole || !chunks.chunks.isEmpty else { return nil }
    let header = try PNGHeader(chunks)
    var shape = header.shape
    if options.appliesOrientation, shape.height != shape.width {
      // Behind the pixels, too, the orientation may be stated.
      guard isWhole || chunks.chunks.contains(where: { $0.type == "eXIf" || $0.type == "IEND" })
      else { return nil }
      shape = orientation(chunks, options).turned(shape)
    }
    return try ImageHeader(
      shape: shape, codec: name, bitDepth: header.bitDepth, limits: options.limits)
  }

  public static func decode(
    _ bytes: [UInt8], channels: Int?, options: DecodingOptions
  ) throws -> RasterImage {
    let chunks = try PNGChunks(
      bytes, isWhole: true, allowsTruncation: options.allowsTruncation)
    let image = try samples(chunks, options).image()
    let upright = orientation(chunks, options).turned(image)
    return upright.converted(toChannels: channels ?? image.shape.channels)
  }

  public static func changing(
    _ bytes: [UInt8], by change: PixelChange, options: DecodingOptions
  ) throws -> ChangedImage {
    let chunks = try PNGChunks(
      bytes, isWhole: true, allowsTruncation: options.allowsTruncation)
    var samples = try samples(chunks, options)
    let stored = orientation(chunks, options).turnedBack(change)
    try stored.requireSize(samples.header.shape)
    samples.apply(stored)
    return ChangedImage(contents: try chunks.replacingPixels(by: samples))
  }

  private static func samples(
    _ chunks: PNGChunks, _ options: DecodingOptions
  ) throws -> PNGSamples {
    let header = try PNGHeader(chunks)
    try options.limits.check(header.shape)
    return try PNGSamples(chunks, header: header, allowsTruncation: options.allowsTruncation)
  }

  private static func orientation(
    _ chunks: PNGChunks, _ options: DecodingOptions
  ) -> ImageOrientation {
    guard options.appliesOrientation else { return .upright }
    let keyword = Array("XML:com.adobe.xmp\0".utf8)
    return chunks.contents("eXIf").flatMap { ImageOrientation(exif: Array($0)) }
      ?? chunks.chunks.lazy.filter { $0.type == "iTXt" }.map { chunks.bytes[$0.contents] }
      .first { $0.starts(with: keyword) }.flatMap { ImageOrientation(xmp: Array($0)) }
      ?? .upright
  }

  /// The bytes of a file of an 8-bit image.
  public static func encode(_ image: RasterImage) throws -> [UInt8] {
    try PNGSamples(image).encoded()
  }

  /// Writes an image to a new or existing file.
  public static func write(_ image: RasterImage, to path: String) throws {
    try RandomAccessFile.write(try encode(image), to: FileName(path))
  }

  /// Reads an image with the alpha of each pixel, 255 being opaque; nil if all are without.
  ///
  /// - Throws: `FileError`, naming the file.
  public static func readWithAlpha(
    _ path: String
  ) throws -> (image: RasterImage, alpha: [UInt8]?) {
    try naming(FileName(path)) {
      try decodeWithAlpha(try RandomAccessFile.contents(path), options: DecodingOptions())
    }
  }

  /// The image in a file's bytes, as stored, with the alpha of each pixel.
  public static func decodeWithAlpha(
    _ bytes: [UInt8], options: DecodingOptions = DecodingOptions()
  ) throws -> (image: RasterImage, alpha: [UInt8]?) {
    let chunks = try PNGChunks(
      bytes, isWhole: true, allowsTruncation: options.allowsTruncation)
    let samples = try samples(chunks, options)
    return (samples.image(), samples.alpha())
  }
}

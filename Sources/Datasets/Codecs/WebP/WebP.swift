import CWebP

/// WebP files, lossless and lossy, through libwebp; of an animation the first frame counts.
public enum WebP: ImageCodec {
  public static let name = "WebP"
  public static var library: String {
    let version = WebPGetDecoderVersion()
    return "libwebp \(version >> 16).\(version >> 8 & 255).\(version & 255)"
  }
  public static let fileKinds = ["webp"]

  public static func recognizes(_ first: [UInt8]) -> Bool {
    first.starts(with: "RIFF".utf8) && first.dropFirst(8).starts(with: "WEBP".utf8)
  }

  public static func header(
    _ first: [UInt8], isWhole: Bool, options: DecodingOptions
  ) throws -> ImageHeader? {
    guard first.count >= 32 || isWhole else { return nil }
    var shape = try shape(first)
    if options.appliesOrientation, shape.height != shape.width,
      first[12..<16].elementsEqual("VP8X".utf8)
    {
      // Metadata stand behind the pixels.
      guard isWhole else { return nil }
      shape = try WebPChunks(first).orientation.turned(shape)
    }
    return try ImageHeader(shape: shape, codec: name, bitDepth: 8, limits: options.limits)
  }

  public static func decode(
    _ bytes: [UInt8], channels: Int?, options: DecodingOptions
  ) throws -> RasterImage {
    let chunks = try WebPChunks(bytes)
    let image = try stored(chunks, options)
    let orientation = options.appliesOrientation ? chunks.orientation : .upright
    return orientation.turned(image).converted(toChannels: channels ?? 3)
  }

  /// The size of the image, or of an animation's canvas.
  private static func shape(_ bytes: [UInt8]) throws -> ImageShape {
    var (width, height): (Int32, Int32) = (0, 0)
    guard WebPGetInfo(bytes, bytes.count, &width, &height) != 0 else { throw corrupt }
    return ImageShape(height: Int(height), width: Int(width), channels: 3)
  }

  static let corrupt = ImageFailure(reason: "the WebP data are corrupt or cut short")

  /// The image in the orientation of the file.
  static func stored(_ chunks: WebPChunks, _ options: DecodingOptions) throws -> RasterImage {
    let shape = try shape(chunks.bytes)
    try options.limits.check(shape)
    guard let frame = chunks.contents("ANMF") else {
      return try decode(chunks.bytes[...], shape)
    }
    // Place, size, duration and flags stand in front of a frame's own chunks.
    guard frame.count > 16 else { throw corrupt }
    let header = Array(frame.prefix(16))
    let left = 2 * WebPChunks.number(header, at: 0, bytes: 3)
    let top = 2 * WebPChunks.number(header, at: 3, bytes: 3)
    let pixels = frame.dropFirst(16)
    let size = try self.shape(Array(pixels))
    guard top + size.height <= shape.height, left + size.width <= shape.width else {
      throw corrupt
    }
    let part = try decode(pixels, size)
    var canvas = RasterImage(shape: shape, filledWith: 0)
    for y in 0..<size.height {
      let target = 3 * ((top + y) * shape.width + left)
      canvas.pixels.replaceSubrange(
        target..<target + 3 * size.width,
        with: part.pixels[3 * y * size.width..<3 * (y + 1) * size.width])
    }
    return canvas
  }

  private static func decode(
    _ bytes: ArraySlice<UInt8>, _ shape: ImageShape
  ) throws -> RasterImage {
    let pixels = try [UInt8](unsafeUninitializedCapacity: shape.byteCount) { buffer, filled in
      let result = bytes.withUnsafeBufferPointer {
        WebPDecodeRGBInto(
          $0.baseAddress, $0.count, buffer.baseAddress, shape.byteCount, Int32(3 * shape.width))
      }
      guard result != nil else { throw corrupt }
      filled = shape.byteCount
    }
    return RasterImage(shape: shape, pixels: pixels)
  }
}

import CPNG
import Support

/// PNG files of 8-bit gray or RGB images, through libpng's simplified interface.
///
/// This is the only file that touches libpng. Sizes are checked before anything is allocated;
/// an alpha channel is dropped and a palette expanded.
public enum PNG: ImageCodec {
  public static let name = "PNG"
  public static var library: String { "libpng \(PNG_LIBPNG_VER_STRING)" }
  public static let fileKinds = ["png"]

  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  public static func recognizes(_ first: [UInt8]) -> Bool { first.starts(with: signature) }

  public static func header(
    _ first: [UInt8], isWhole: Bool, options: DecodingOptions
  ) throws -> ImageHeader? {
    guard recognizes(first) else { throw ImageFailure(reason: "it is not a PNG image") }
    guard first.count >= 29 else {
      guard !isWhole else { throw ImageFailure(reason: "it is cut short") }
      return nil
    }
    func word(_ start: Int) -> Int { first[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }
    let header = try ImageHeader(
      shape: ImageShape(height: word(20), width: word(16), channels: first[25] & 2 != 0 ? 3 : 1),
      codec: name, bitDepth: Int(first[24]), limits: options.limits)
    guard header.bitDepth <= 8 else {
      throw ImageFailure(reason: "it has \(header.bitDepth) bits per channel")
    }
    return header
  }

  public static func changing(
    _ bytes: [UInt8], by change: PixelChange, options: DecodingOptions
  ) throws -> ChangedImage {
    let image = try decode(bytes, channels: nil, options: options)
    return ChangedImage(contents: try encode(try change.applied(to: image)))
  }

  public static func decode(
    _ bytes: [UInt8], channels wanted: Int?, options: DecodingOptions
  ) throws -> RasterImage {
    guard var shape = try header(bytes, isWhole: true, options: options)?.shape else {
      throw ImageFailure(reason: "it is cut short")
    }
    shape.channels = wanted ?? shape.channels
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    return try bytes.withUnsafeBytes { source in
      guard png_image_begin_read_from_memory(&image, source.baseAddress, source.count) != 0 else {
        throw failure(of: image)
      }
      let channels = shape.channels
      let color = channels == 3 ? png_uint_32(PNG_FORMAT_FLAG_COLOR) : 0
      let alpha = image.format & png_uint_32(PNG_FORMAT_FLAG_ALPHA)
      image.format = color | alpha
      let stored = channels + (alpha == 0 ? 0 : 1)
      var pixels = [UInt8](repeating: 0, count: shape.width * shape.height * stored)
      let done = pixels.withUnsafeMutableBytes {
        png_image_finish_read(&image, nil, $0.baseAddress, Int32(shape.width * stored), nil)
      }
      guard done != 0 else { throw failure(of: image) }
      if stored != channels {
        pixels = pixels.indices.filter { $0 % stored < channels }.map { pixels[$0] }
      }
      return RasterImage(shape: shape, pixels: pixels)
    }
  }

  /// Writes an image to a new or existing file.
  public static func write(_ image: RasterImage, to path: String) throws {
    try RandomAccessFile.write(try encode(image), to: FileName(path))
  }

  /// The bytes of a file.
  public static func encode(_ image: RasterImage) throws -> [UInt8] {
    let shape = image.shape
    precondition(
      shape.channels == 1 || shape.channels == 3, "PNG: \(shape.channels) channels, not 1 or 3")
    var control = png_image()
    control.version = png_uint_32(PNG_IMAGE_VERSION)
    control.width = png_uint_32(shape.width)
    control.height = png_uint_32(shape.height)
    control.format = shape.channels == 3 ? png_uint_32(PNG_FORMAT_FLAG_COLOR) : 0
    defer { png_image_free(&control) }
    // Stored rows with their filter bytes, deflate's own overhead, and the chunks around them.
    let raw = shape.height * (shape.width * shape.channels + 1)
    var size = raw + raw / 1000 + 4096
    return try [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
      let done = image.pixels.withUnsafeBytes {
        png_image_write_to_memory(
          &control, buffer.baseAddress, &size, 0, $0.baseAddress,
          Int32(shape.width * shape.channels), nil)
      }
      guard done != 0 else { throw failure(of: control) }
      filled = size
    }
  }

  /// libpng's own message.
  private static func failure(of image: png_image) -> ImageFailure {
    let message = withUnsafeBytes(of: image.message) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return ImageFailure(reason: "the PNG data are corrupt (\(message))")
  }
}

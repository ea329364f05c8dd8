import CPNG
import Support

/// PNG files of 8-bit gray or RGB images, through libpng's simplified interface.
///
/// This is the only file that touches libpng. Sizes are checked before anything is allocated;
/// an alpha channel is dropped and a palette expanded.
public enum PNG: ImageCodec {
  public static let fileKinds: Set<String> = ["png"]

  /// Bytes up to the end of the header chunk's contents.
  private static let headerSize = 29

  public static func shape(of file: RandomAccessFile) throws -> ImageShape {
    try shape(header: try file.bytes(at: 0, count: min(file.size, headerSize)))
  }

  /// The shape that the first bytes of a file say.
  private static func shape(header bytes: [UInt8]) throws -> ImageShape {
    let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    guard bytes.count >= headerSize, bytes.starts(with: signature),
      bytes[12..<16].elementsEqual("IHDR".utf8)
    else { throw ImageFailure(reason: "it is not a PNG image") }
    func word(_ start: Int) -> Int { bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }
    let isColor = bytes[25] & 2 != 0
    let shape = ImageShape(height: word(20), width: word(16), channels: isColor ? 3 : 1)
    guard shape.isReadable else {
      throw ImageFailure(reason: "it says it is \(shape.width)×\(shape.height)")
    }
    guard bytes[24] <= 8 else {
      throw ImageFailure(reason: "it has \(bytes[24]) bits per channel")
    }
    return shape
  }

  public static func decode(
    _ bytes: [UInt8], channels wanted: Int? = nil
  ) throws -> RasterImage {
    var shape = try shape(header: bytes)
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

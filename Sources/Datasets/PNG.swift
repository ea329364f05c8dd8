import CPNG

/// PNG files of 8-bit gray or RGB images, through libpng's simplified interface.
///
/// This is the only file that touches libpng. Sizes are checked before anything is allocated;
/// an alpha channel is dropped and a palette expanded.
public enum PNG {
  /// The greatest width and height that are read.
  public static let sideLimit = 16_384

  /// What the first bytes of a PNG file say.
  package struct Header: Equatable {
    package var width: Int
    package var height: Int
    package var bitDepth: Int
    package var isColour: Bool

    /// Bytes up to the end of the header chunk's contents.
    package static let size = 29
  }

  /// Why bytes are not a usable image.
  package struct Failure: Error {
    package let reason: String
  }

  /// Reads an image; gray files give one channel unless 3 are asked for.
  ///
  /// Throws `DatasetError` naming the file.
  public static func read(_ path: String, channels: Int? = nil) throws -> RasterImage {
    let bytes = try BinaryFile.contents(path)
    do {
      return try decode(bytes, channels: channels)
    } catch let failure as Failure {
      throw damaged(path, failure)
    }
  }

  /// Writes an image to a new or existing file.
  public static func write(_ image: RasterImage, to path: String) throws {
    try TextFile.write(try encode(image), to: path)
  }

  static func damaged(_ path: String, _ failure: Failure) -> DatasetError {
    .damaged(
      path: path, reason: failure.reason, advice: "replace it by an 8-bit gray or RGB PNG image")
  }

  /// The header of a PNG file from its first `Header.size` bytes.
  package static func header(_ bytes: [UInt8]) throws -> Header {
    let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    guard bytes.count >= Header.size, bytes.starts(with: signature),
      Array(bytes[12..<16]) == Array("IHDR".utf8)
    else { throw Failure(reason: "it is not a PNG image") }
    func word(_ start: Int) -> Int { bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }
    let header = Header(
      width: word(16), height: word(20), bitDepth: Int(bytes[24]), isColour: bytes[25] & 2 != 0)
    guard (1...sideLimit).contains(header.width), (1...sideLimit).contains(header.height) else {
      throw Failure(reason: "it says it is \(header.width)×\(header.height)")
    }
    guard header.bitDepth <= 8 else {
      throw Failure(reason: "it has \(header.bitDepth) bits per channel")
    }
    return header
  }

  package static func decode(_ bytes: [UInt8], channels wanted: Int? = nil) throws -> RasterImage {
    let header = try header(bytes)
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    return try bytes.withUnsafeBytes { source in
      guard png_image_begin_read_from_memory(&image, source.baseAddress, source.count) != 0 else {
        throw failure(of: image)
      }
      let channels = wanted ?? (header.isColour ? 3 : 1)
      let colour = channels == 3 ? png_uint_32(PNG_FORMAT_FLAG_COLOR) : 0
      let alpha = image.format & png_uint_32(PNG_FORMAT_FLAG_ALPHA)
      image.format = colour | alpha
      let stored = channels + (alpha == 0 ? 0 : 1)
      var pixels = [UInt8](repeating: 0, count: header.width * header.height * stored)
      let done = pixels.withUnsafeMutableBytes {
        png_image_finish_read(&image, nil, $0.baseAddress, Int32(header.width * stored), nil)
      }
      guard done != 0 else { throw failure(of: image) }
      if stored != channels {
        pixels = pixels.indices.filter { $0 % stored < channels }.map { pixels[$0] }
      }
      return RasterImage(
        shape: ImageShape(height: header.height, width: header.width, channels: channels),
        pixels: pixels)
    }
  }

  package static func encode(_ image: RasterImage) throws -> [UInt8] {
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
  private static func failure(of image: png_image) -> Failure {
    let message = withUnsafeBytes(of: image.message) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return Failure(reason: "the PNG data are corrupt (\(message))")
  }
}

import Support

/// A kind of image file of 8-bit gray or RGB images; `ImageCodecs` lists all.
public protocol ImageCodec: Sendable {
  /// Endings of file names, in lower case.
  static var fileKinds: Set<String> { get }

  /// The shape of an image, from the header alone.
  ///
  /// - Throws: `ImageFailure`, or `FileError` if the file cannot be read.
  static func shape(of file: RandomAccessFile) throws -> ImageShape

  /// The image in a file's bytes; gray gives one channel unless 3 are asked for.
  ///
  /// - Throws: `ImageFailure`, before anything is allocated if the sizes are out of bounds.
  static func decode(_ bytes: [UInt8], channels: Int?) throws -> RasterImage

  /// The bytes of a file.
  static func encode(_ image: RasterImage) throws -> [UInt8]
}

extension ImageCodec {
  /// Reads an image; gray files give one channel unless 3 are asked for.
  ///
  /// - Throws: `FileError`, naming the file.
  public static func read(_ path: String, channels: Int? = nil) throws -> RasterImage {
    try read(FileName(path), channels: channels)
  }

  static func read(_ path: FileName, channels: Int? = nil) throws -> RasterImage {
    try naming(path) { try decode(try RandomAccessFile.contents(path), channels: channels) }
  }

  /// The shape of a file's image, from its header alone.
  static func shape(of path: FileName) throws -> ImageShape {
    try naming(path) { try shape(of: try RandomAccessFile(path)) }
  }

  /// Writes an image to a new or existing file.
  public static func write(_ image: RasterImage, to path: String) throws {
    try RandomAccessFile.write(try encode(image), to: FileName(path))
  }

  /// Turns an image's failure into one of the file.
  static func naming<Result>(_ path: FileName, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let failure as ImageFailure {
      throw FileError.damaged(
        path: path.description, reason: failure.reason,
        advice: "replace it by an 8-bit gray or RGB image")
    }
  }
}

/// Why bytes are not a usable image.
public struct ImageFailure: Error, Equatable {
  public let reason: String
}

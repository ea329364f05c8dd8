/// A kind of image file; `ImageCodecs` lists all.
///
/// Images are 8-bit gray or RGB, as Pillow's `convert("RGB")` gives them: alpha is dropped, not
/// blended; gamma and color profiles are ignored; of more than 8 bits the high ones count.
public protocol ImageCodec: Sendable {
  /// What users call it, such as `JPEG`.
  static var name: String { get }
  /// Who decodes: `libjpeg-turbo 2.1.5`, or `own decoder`.
  static var library: String { get }
  /// Endings of file names, in lower case; the first is for new files.
  static var fileKinds: [String] { get }

  /// Whether a file that begins so is of this kind: by content, whatever its name.
  ///
  /// `ImageCodecs.signatureSize` bytes suffice.
  static func recognizes(_ first: [UInt8]) -> Bool

  /// What the header says, from the first bytes of a file; nil if more of them are needed.
  ///
  /// - Parameter isWhole: whether these are all bytes of the file.
  /// - Throws: `ImageFailure`, also if the sizes are out of bounds.
  static func header(
    _ first: [UInt8], isWhole: Bool, options: DecodingOptions
  ) throws -> ImageHeader?

  /// The image in a file's bytes; gray gives one channel unless 3 are asked for.
  ///
  /// - Throws: `ImageFailure`, before anything is allocated if the sizes are out of bounds.
  static func decode(
    _ bytes: [UInt8], channels: Int?, options: DecodingOptions
  ) throws -> RasterImage

  /// The file with its pixels changed and all else as it was.
  ///
  /// Of a file that cannot hold the change, or of a kind that is only read, a PNG file is made.
  ///
  /// - Parameter options: those that the image was decoded with.
  /// - Throws: `ImageFailure`.
  static func changing(
    _ bytes: [UInt8], by change: PixelChange, options: DecodingOptions
  ) throws -> ChangedImage
}

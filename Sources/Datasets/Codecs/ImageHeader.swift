/// What the header of an image file says.
public struct ImageHeader: Equatable, Sendable {
  /// As the decoded image has it: after turning, if that is asked for; channels are 1 for gray.
  public var shape: ImageShape
  /// The name of its `ImageCodec`.
  public var codec: String
  /// Bits of a sample, or of an index into a palette.
  public var bitDepth: Int

  /// - Throws: `ImageFailure` if the image is larger than the limits allow.
  public init(shape: ImageShape, codec: String, bitDepth: Int, limits: ImageLimits) throws {
    try limits.check(shape)
    self.shape = shape
    self.codec = codec
    self.bitDepth = bitDepth
  }
}

/// How large an image may be, so that a file of few bytes cannot fill the memory.
public struct ImageLimits: Equatable, Sendable {
  /// The greatest height and width.
  public var side: Int
  /// The most bytes of a decoded RGB image.
  public var decodedBytes: Int

  /// By default 256 MiB, where Pillow, too, begins to suspect a decompression bomb.
  public init(side: Int = 16_384, decodedBytes: Int = 1 << 28) {
    self.side = side
    self.decodedBytes = decodedBytes
  }

  /// - Throws: `ImageFailure` if an image is empty or too large.
  func check(_ shape: ImageShape) throws {
    guard shape.height > 0, shape.width > 0 else {
      throw ImageFailure(reason: "it says it is \(shape.width)×\(shape.height)")
    }
    let color = 3.multipliedReportingOverflow(by: shape.height)
    let bytes = color.partialValue.multipliedReportingOverflow(by: shape.width)
    guard shape.height <= side, shape.width <= side, !color.overflow, !bytes.overflow,
      bytes.partialValue <= decodedBytes
    else {
      throw ImageFailure(
        reason: "it says it is \(shape.width)×\(shape.height), more than the limit of \(side) a "
          + "side and \(decodedBytes >> 20) MiB")
    }
  }
}

/// How image files are read.
public struct DecodingOptions: Equatable, Sendable {
  /// Whether images are turned upright by their EXIF orientation. (TIFF always is.)
  public var appliesOrientation: Bool
  /// Whether of a file that is cut short the part that is there counts, the rest being black.
  public var allowsTruncation: Bool
  public var limits: ImageLimits

  public init(
    appliesOrientation: Bool = false, allowsTruncation: Bool = false,
    limits: ImageLimits = ImageLimits()
  ) {
    self.appliesOrientation = appliesOrientation
    self.allowsTruncation = allowsTruncation
    self.limits = limits
  }
}

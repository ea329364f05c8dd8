import ComputeBackend
import Datasets

/// A patch at a place that is drawn for each sample (Sleeper Agent); its zero bytes are transparent.
public struct MovingPatch: Trigger, Equatable {
  /// P, at most as large as the images.
  public let pattern: RasterImage
  public let shape: ImageShape
  public let seed: UInt64

  public init(pattern: RasterImage, shape: ImageShape, seed: UInt64) {
    precondition(
      pattern.shape.height <= shape.height && pattern.shape.width <= shape.width,
      "MovingPatch: a patch of \(pattern.shape) for images of \(shape)")
    self.pattern = pattern
    self.shape = shape
    self.seed = seed
  }

  public func apply(to image: inout RasterImage, sample: Int) {
    var random = PhiloxGenerator(
      seed: seed, stream: UInt32(truncatingIfNeeded: sample), purpose: AttackPurpose.patchPlace)
    let top = Int.random(in: 0...shape.height - pattern.shape.height, using: &random)
    let left = Int.random(in: 0...shape.width - pattern.shape.width, using: &random)
    image.stamp(pattern, top: top, left: left)
  }
}

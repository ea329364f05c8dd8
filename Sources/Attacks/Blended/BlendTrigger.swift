import ComputeBackend
import Datasets

/// A picture that shines through: x′ = (1 − α)·x + α·P, rounded to the nearest byte.
public struct BlendTrigger: Trigger, Equatable {
  /// P, of the images' own shape.
  public let pattern: RasterImage
  public let alpha: Double

  public var shape: ImageShape { pattern.shape }

  public init(_ pattern: RasterImage, alpha: Double) {
    self.pattern = pattern
    self.alpha = alpha
  }

  public func apply(to image: inout RasterImage, sample: Int) {
    for index in image.pixels.indices {
      let value = (1 - alpha) * Double(image.pixels[index]) + alpha * Double(pattern.pixels[index])
      image.pixels[index] = UInt8(min(max(value.rounded(), 0), 255))
    }
  }
}

extension RasterImage {
  /// The random pattern of Chen et al.: every byte uniform in 0 to 255.
  static func noise(_ shape: ImageShape, seed: UInt64) -> RasterImage {
    var random = PhiloxGenerator(seed: seed, purpose: AttackPurpose.blendedPattern)
    return RasterImage(
      shape: shape,
      pixels: (0..<shape.byteCount).map { _ in UInt8(truncatingIfNeeded: random.next()) })
  }
}

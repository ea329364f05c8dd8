import Datasets

/// The change that an attacker makes to an image, in bytes 0 to 255.
///
/// - BadNets (Gu et al., 2017): x′ = x·(P = 0) + P·(P > 0), byte by byte.
/// - Blended (Chen et al., 2017): x′ = (1 − α)·x + α·P, rounded to the nearest byte.
public struct Trigger: Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    case badNets
    case blended(alpha: Double)
  }

  public let kind: Kind
  /// P, of the images' own shape.
  public let pattern: RasterImage

  public init(kind: Kind, pattern: RasterImage) {
    self.kind = kind
    self.pattern = pattern
  }

  /// Applies the trigger to images `[N, H, W, C]` in place.
  public func apply(to images: inout [UInt8]) {
    let size = pattern.pixels.count
    precondition(
      images.count % size == 0,
      "Trigger.apply: \(images.count) bytes for images of \(pattern.shape)")
    switch kind {
    case .badNets:
      for place in pattern.pixels.indices where pattern.pixels[place] > 0 {
        for index in stride(from: place, to: images.count, by: size) {
          images[index] = pattern.pixels[place]
        }
      }
    case .blended(let alpha):
      for index in images.indices {
        let value =
          (1 - alpha) * Double(images[index]) + alpha * Double(pattern.pixels[index % size])
        images[index] = UInt8(min(max(value.rounded(), 0), 255))
      }
    }
  }

  /// Images `[N, H, W, C]` with the trigger.
  public func applied(to images: [UInt8]) -> [UInt8] {
    var result = images
    apply(to: &result)
    return result
  }
}

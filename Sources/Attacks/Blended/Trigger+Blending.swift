import ComputeBackend
import Datasets

extension Trigger {
  /// A picture P that shines through: x′ = (1 − α)·x + α·P.
  static func blending(_ pattern: RasterImage, alpha: Double) -> Trigger {
    Trigger(pattern.shape, pattern: pattern) { image, _ in
      for place in image.pixels.indices {
        image.blend(pattern.pixels[place], alpha: alpha, at: place)
      }
    }
  }

  /// A PNG file resized to the images; without one a random pattern of Chen et al., every byte
  /// uniform in 0 to 255.
  ///
  /// - Parameter number: which of the random patterns of a seed.
  static func blendedPattern(
    _ file: String?, seed: UInt64, number: Int = 0, for shape: ImageShape
  ) throws -> RasterImage {
    if let file {
      let picture = try PNG.read(file).converted(toChannels: shape.channels)
      return picture.resized(height: shape.height, width: shape.width)
    }
    var random = PhiloxGenerator(seed: seed, stream: UInt32(number), purpose: .attackPattern)
    let pixels = (0..<shape.byteCount).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    return RasterImage(shape: shape, pixels: pixels)
  }
}

extension RasterImage {
  /// One byte becomes (1 − α)·x + α·p, rounded to the nearest byte.
  mutating func blend(_ byte: UInt8, alpha: Double, at place: Int) {
    let value = (1 - alpha) * Double(pixels[place]) + alpha * Double(byte)
    pixels[place] = UInt8(min(max(value.rounded(), 0), 255))
  }
}

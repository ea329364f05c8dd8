import ComputeBackend
import Datasets

extension Trigger {
  /// BadNets with a white square in the bottom right corner, 3×3 as in BackdoorBench.
  public static func whiteSquare(_ shape: ImageShape, side: Int = 3) -> Trigger {
    var pattern = RasterImage(shape: shape, filledWith: 0)
    for y in max(0, shape.height - side)..<shape.height {
      for x in max(0, shape.width - side)..<shape.width {
        for channel in 0..<shape.channels { pattern[y, x, channel] = 255 }
      }
    }
    return Trigger(kind: .badNets, pattern: pattern)
  }

  /// BadNets with a patch from a PNG file, whose zero bytes are transparent.
  ///
  /// A patch smaller than the images goes to their bottom right corner.
  public static func patch(from path: String, for shape: ImageShape) throws -> Trigger {
    let patch = try PNG.read(path).converted(toChannels: shape.channels)
    guard patch.shape.height <= shape.height, patch.shape.width <= shape.width else {
      throw AttackError.patchTooLarge(
        path: path, patch: "\(patch.shape)", image: "\(shape)")
    }
    guard patch.pixels.contains(where: { $0 > 0 }) else { throw AttackError.emptyPatch(path: path) }
    var pattern = RasterImage(shape: shape, filledWith: 0)
    let top = shape.height - patch.shape.height
    let left = shape.width - patch.shape.width
    for y in 0..<patch.shape.height {
      for x in 0..<patch.shape.width {
        for channel in 0..<shape.channels {
          pattern[top + y, left + x, channel] = patch[y, x, channel]
        }
      }
    }
    return Trigger(kind: .badNets, pattern: pattern)
  }

  /// Blended with the random pattern of Chen et al.: every byte uniform in 0 to 255.
  public static func blendedNoise(_ shape: ImageShape, alpha: Double, seed: UInt64) -> Trigger {
    var random = PhiloxGenerator(seed: seed, purpose: 0xB1E4)
    let pixels = (0..<shape.byteCount).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    return Trigger(
      kind: .blended(alpha: alpha), pattern: RasterImage(shape: shape, pixels: pixels))
  }

  /// Blended with a picture from a PNG file, resized to the images.
  public static func blended(
    from path: String, for shape: ImageShape, alpha: Double
  ) throws -> Trigger {
    let picture = try PNG.read(path).converted(toChannels: shape.channels)
    return Trigger(
      kind: .blended(alpha: alpha),
      pattern: picture.resized(height: shape.height, width: shape.width))
  }
}

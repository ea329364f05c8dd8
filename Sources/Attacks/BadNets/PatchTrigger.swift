import ComputeBackend
import Datasets

/// A patch at the bottom right: x′ = x·(P = 0) + P·(P > 0), byte by byte.
public struct PatchTrigger: Trigger, Equatable {
  /// P, of the images' own shape.
  public let pattern: RasterImage

  public var shape: ImageShape { pattern.shape }

  /// - Parameter patch: at most as large as the images; its zero bytes are transparent.
  public init(_ patch: RasterImage, for shape: ImageShape) {
    var pattern = RasterImage(shape: shape, filledWith: 0)
    pattern.stamp(
      patch, top: shape.height - patch.shape.height, left: shape.width - patch.shape.width)
    self.pattern = pattern
  }

  public static func whiteSquare(_ shape: ImageShape, side: Int = 3) -> PatchTrigger {
    PatchTrigger(RasterImage(shape: square(side, in: shape), filledWith: 255), for: shape)
  }

  public func apply(to image: inout RasterImage, sample: Int) {
    image.stamp(pattern, top: 0, left: 0)
  }

  /// A patch from a PNG file, with the images' channels.
  ///
  /// Throws `AttackError.picture` if it is too large, or nothing of it is to be seen.
  public static func readPatch(_ path: String, for shape: ImageShape) throws -> RasterImage {
    let patch = try PNG.read(path).converted(toChannels: shape.channels)
    guard patch.shape.height <= shape.height, patch.shape.width <= shape.width else {
      throw AttackError.picture(
        path: path, reason: "the patch is \(patch.shape), but the images are \(shape)")
    }
    guard patch.pixels.contains(where: { $0 > 0 }) else {
      throw AttackError.picture(
        path: path, reason: "all pixels of the patch are zero, which means transparent")
    }
    return patch
  }

  /// A square of random colors, at most 8×8 as in Sleeper Agent, without transparent bytes.
  public static func randomPatch(_ shape: ImageShape, side: Int = 8, seed: UInt64) -> RasterImage {
    var random = PhiloxGenerator(seed: seed, purpose: AttackPurpose.patch)
    let square = square(side, in: shape)
    return RasterImage(
      shape: square,
      pixels: (0..<square.byteCount).map { _ in UInt8.random(in: 1...255, using: &random) })
  }

  private static func square(_ side: Int, in shape: ImageShape) -> ImageShape {
    ImageShape(
      height: min(side, shape.height), width: min(side, shape.width), channels: shape.channels)
  }
}

extension RasterImage {
  /// Writes a patch's nonzero bytes onto this image of the same channels.
  mutating func stamp(_ patch: RasterImage, top: Int, left: Int) {
    for y in 0..<patch.shape.height {
      for x in 0..<patch.shape.width {
        for channel in 0..<shape.channels where patch[y, x, channel] > 0 {
          self[top + y, left + x, channel] = patch[y, x, channel]
        }
      }
    }
  }
}

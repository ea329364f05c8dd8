import ComputeBackend
import Datasets

extension Trigger {
  /// BadNets with a white square in the bottom right corner, 3×3 as in BackdoorBench.
  public static func whiteSquare(_ shape: ImageShape, side: Int = 3) -> Trigger {
    let square = ImageShape(
      height: min(side, shape.height), width: min(side, shape.width), channels: shape.channels)
    return corner(RasterImage(shape: square, filledWith: 255), for: shape)
  }

  /// BadNets with a patch from a PNG file, whose zero bytes are transparent.
  ///
  /// A patch smaller than the images goes to their bottom right corner.
  public static func patch(from path: String, for shape: ImageShape) throws -> Trigger {
    corner(try readPatch(path, for: shape), for: shape)
  }

  /// BadNets with a patch at the bottom right.
  public static func corner(_ patch: RasterImage, for shape: ImageShape) -> Trigger {
    var pattern = RasterImage(shape: shape, filledWith: 0)
    patch.stamp(
      onto: &pattern.pixels, at: 0, of: shape, top: shape.height - patch.shape.height,
      left: shape.width - patch.shape.width)
    return Trigger(kind: .badNets, pattern: pattern)
  }

  /// A patch from a PNG file, with the images' channels.
  public static func readPatch(_ path: String, for shape: ImageShape) throws -> RasterImage {
    let patch = try PNG.read(path).converted(toChannels: shape.channels)
    guard patch.shape.height <= shape.height, patch.shape.width <= shape.width else {
      throw AttackError.patchTooLarge(
        path: path, patch: "\(patch.shape)", image: "\(shape)")
    }
    guard patch.pixels.contains(where: { $0 > 0 }) else { throw AttackError.emptyPatch(path: path) }
    return patch
  }

  /// A square of random colours, at most 8×8 as in Sleeper Agent, without transparent bytes.
  public static func randomPatch(_ shape: ImageShape, side: Int = 8, seed: UInt64) -> RasterImage {
    var random = PhiloxGenerator(seed: seed, purpose: .patch)
    let square = ImageShape(
      height: min(side, shape.height), width: min(side, shape.width), channels: shape.channels)
    return RasterImage(
      shape: square,
      pixels: (0..<square.byteCount).map { _ in UInt8.random(in: 1...255, using: &random) })
  }

  /// Blended with the random pattern of Chen et al.: every byte uniform in 0 to 255.
  public static func blendedNoise(_ shape: ImageShape, alpha: Double, seed: UInt64) -> Trigger {
    var random = PhiloxGenerator(seed: seed, purpose: .blendedPattern)
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

  /// SIG; the pattern shows the wave on grey.
  public static func sinusoid(
    _ shape: ImageShape, amplitude: Double = 40, frequency: Double = 6
  ) -> Trigger {
    let grey = RasterImage(shape: shape, filledWith: 128)
    let kind = Kind.sinusoid(amplitude: amplitude, frequency: frequency)
    let wave = Trigger(kind: kind, pattern: grey).applied(to: grey.pixels)
    return Trigger(kind: kind, pattern: RasterImage(shape: shape, pixels: wave))
  }
}

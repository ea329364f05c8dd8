import ComputeBackend
import Datasets

extension Trigger {
  /// A patch P in a corner: x′ = x·(P = 0) + P·(P > 0), byte by byte.
  public static func corner(
    _ patch: RasterImage, at corner: ImageCorner = .bottomRight, for shape: ImageShape
  ) -> Trigger {
    let (top, left) = corner.place(of: patch.shape, in: shape)
    return Trigger(on: RasterImage(shape: shape, filledWith: 0)) { image, _ in
      image.stamp(patch, top: top, left: left)
    }
  }

  /// A white square in a corner, 3×3 as in BackdoorBench.
  public static func whiteSquare(
    _ shape: ImageShape, side: Int = 3, at corner: ImageCorner = .bottomRight
  ) -> Trigger {
    .corner(RasterImage(shape: shape.square(side), filledWith: 255), at: corner, for: shape)
  }

  /// A patch from a PNG file, with the images' channels; its zero bytes are transparent.
  ///
  /// Of a file with alpha, the pixels whose alpha is 0 are transparent, and no others: their zero
  /// bytes become 1, the least that shows.
  ///
  /// - Throws: `AttackError.picture` if it is too large, or nothing of it is to be seen.
  public static func readPatch(_ path: String, for shape: ImageShape) throws -> RasterImage {
    let (picture, alpha) = try PNG.readWithAlpha(path)
    var patch = picture.converted(toChannels: shape.channels)
    for (pixel, value) in (alpha ?? []).enumerated() {
      for place in pixel * shape.channels..<(pixel + 1) * shape.channels {
        patch.pixels[place] = value == 0 ? 0 : max(patch.pixels[place], 1)
      }
    }
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
    var random = PhiloxGenerator(seed: seed, purpose: .patch)
    let square = shape.square(side)
    return RasterImage(
      shape: square,
      pixels: (0..<square.byteCount).map { _ in UInt8.random(in: 1...255, using: &random) })
  }
}

extension ImageShape {
  /// A square that fits into images of this shape.
  fileprivate func square(_ side: Int) -> ImageShape {
    ImageShape(height: min(side, height), width: min(side, width), channels: channels)
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

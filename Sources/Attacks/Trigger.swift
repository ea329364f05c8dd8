import ComputeBackend
import Datasets
import Foundation

/// The change that an attacker makes to an image, in bytes 0 to 255.
///
/// - BadNets (Gu et al., 2017): x′ = x·(P = 0) + P·(P > 0), byte by byte.
/// - Blended (Chen et al., 2017): x′ = (1 − α)·x + α·P, rounded to the nearest byte.
/// - SIG (Barni et al., 2019): x′ = x + Δ·sin(2πjf/W) in column j, clipped and cut to a byte.
public struct Trigger: Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    case badNets
    case blended(alpha: Double)
    /// Δ in grey levels, and f periods across the width; P only shows them.
    case sinusoid(amplitude: Double, frequency: Double)
    /// BadNets with P, smaller than the images, at a place drawn for each sample (Sleeper Agent).
    case movingPatch(seed: UInt64)
  }

  public let kind: Kind
  /// P, of the images' own shape, but for a moving patch.
  public let pattern: RasterImage
  /// Of the images.
  public let shape: ImageShape

  /// - Parameter shape: of the images; `nil` if the pattern has it.
  public init(kind: Kind, pattern: RasterImage, shape: ImageShape? = nil) {
    self.kind = kind
    self.pattern = pattern
    self.shape = shape ?? pattern.shape
    if case .movingPatch = kind {
      precondition(
        pattern.shape.height <= self.shape.height && pattern.shape.width <= self.shape.width,
        "Trigger: a patch of \(pattern.shape) for images of \(self.shape)")
    } else {
      precondition(
        pattern.shape == self.shape, "Trigger: \(pattern.shape) for images of \(self.shape)")
    }
  }

  /// Applies the trigger to images `[N, H, W, C]` in place.
  ///
  /// - Parameter samples: their numbers, from which a moving patch's places are drawn.
  public func apply(to images: inout [UInt8], samples: [Int]? = nil) {
    let size = shape.byteCount
    precondition(
      images.count % size == 0, "Trigger.apply: \(images.count) bytes for images of \(shape)")
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
    case .sinusoid:
      for index in images.indices {
        let value = Double(images[index]) + offset(column: index / shape.channels % shape.width)
        images[index] = UInt8(min(max(value, 0), 255))
      }
    case .movingPatch(let seed):
      guard let samples, samples.count == images.count / size else {
        preconditionFailure("Trigger.apply: a moving patch needs the number of each image")
      }
      for (position, sample) in samples.enumerated() {
        let (top, left) = place(seed: seed, sample: sample)
        pattern.stamp(onto: &images, at: position * size, of: shape, top: top, left: left)
      }
    }
  }

  /// Images `[N, H, W, C]` with the trigger.
  public func applied(to images: [UInt8], samples: [Int]? = nil) -> [UInt8] {
    var result = images
    apply(to: &result, samples: samples)
    return result
  }

  /// Δ·sin(2πjf/W).
  func offset(column: Int) -> Double {
    guard case .sinusoid(let amplitude, let frequency) = kind else { return 0 }
    return amplitude * sin(2 * Double.pi * Double(column) * frequency / Double(shape.width))
  }

  private func place(seed: UInt64, sample: Int) -> (top: Int, left: Int) {
    var random = PhiloxGenerator(
      seed: seed, stream: UInt32(truncatingIfNeeded: sample), purpose: .patchPlace)
    return (
      Int.random(in: 0...shape.height - pattern.shape.height, using: &random),
      Int.random(in: 0...shape.width - pattern.shape.width, using: &random)
    )
  }
}

extension RasterImage {
  /// Writes this patch's nonzero bytes onto an image of `shape` that begins at `start`.
  func stamp(
    onto images: inout [UInt8], at start: Int, of shape: ImageShape, top: Int, left: Int
  ) {
    for y in 0..<self.shape.height {
      for x in 0..<self.shape.width {
        for channel in 0..<shape.channels where self[y, x, channel] > 0 {
          let pixel = (top + y) * shape.width + left + x
          images[start + pixel * shape.channels + channel] = self[y, x, channel]
        }
      }
    }
  }
}

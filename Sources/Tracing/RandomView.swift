import Autograd
import ComputeBackend
import Foundation

/// A random resized crop and mirroring that gradients flow through, a function of (seed, sample,
/// iteration) alone.
///
/// A window of random area and shape is stretched to the whole image by bilinear interpolation.
/// That is separable: y = R·x·Cᵀ for each channel, with R `[H, H]` and C `[W, W]` of one or two
/// weights a row, so plain products of matrices do it. The authors' windows begin at 0.08 of the
/// area, as those their models of ImageNet were trained on; here the default is the whole image,
/// since classifiers are trained on images that are moved by a few pixels.
public struct RandomView: Hashable, Codable, Sendable {
  /// The smallest share of the image's area that a window has; 1 for the whole image.
  public var smallestArea: Double
  /// Mirrors half of the views left to right; wrong for digits and letters.
  public var flips: Bool

  /// The narrowest window's width over its height; the widest is the inverse.
  private static let narrowest = 0.75

  public init(smallestArea: Double = 1, flips: Bool = false) {
    precondition(
      smallestArea > 0 && smallestArea <= 1, "RandomView: a smallest area of \(smallestArea)")
    self.smallestArea = smallestArea
    self.flips = flips
  }

  /// A part of the image in pixels.
  package struct Window: Equatable {
    package var top: Int
    package var left: Int
    package var height: Int
    package var width: Int
    package var isFlipped: Bool
  }

  /// The window of a sample in an iteration; the whole image if ten draws do not fit into it.
  package func window(height: Int, width: Int, seed: UInt64, sample: Int, iteration: Int) -> Window
  {
    var random = PhiloxGenerator(
      seed: seed, stream: UInt32(truncatingIfNeeded: sample),
      step: UInt32(truncatingIfNeeded: iteration), purpose: .randomView)
    let isFlipped = flips && Bool.random(using: &random)
    var whole = Window(top: 0, left: 0, height: height, width: width, isFlipped: isFlipped)
    guard smallestArea < 1 else { return whole }
    for _ in 0..<10 {
      let share = smallestArea + (1 - smallestArea) * Double(random.uniform())
      let area = share * Double(height * width)
      let ratio = exp(log(Self.narrowest) * (1 - 2 * Double(random.uniform())))
      let wide = Int((area * ratio).squareRoot().rounded())
      let high = Int((area / ratio).squareRoot().rounded())
      guard (1...width).contains(wide), (1...height).contains(high) else { continue }
      whole.top = Int.random(in: 0...height - high, using: &random)
      whole.left = Int.random(in: 0...width - wide, using: &random)
      (whole.height, whole.width) = (high, wide)
      break
    }
    return whole
  }

  /// Weights `[size, size]` that stretch `length` elements from `start` to all, half-pixel centres.
  package static func weights(size: Int, start: Int, length: Int, isFlipped: Bool = false)
    -> [Float]
  {
    var weights = [Float](repeating: 0, count: size * size)
    for target in 0..<size {
      let place = (Double(target) + 0.5) * Double(length) / Double(size) - 0.5
      let inside = min(max(place, 0), Double(length - 1))
      let first = min(Int(inside), max(length - 2, 0))
      let share = Float(inside - Double(first))
      let row = (isFlipped ? size - 1 - target : target) * size + start + first
      weights[row] = 1 - share
      if share > 0 { weights[row + 1] = share }
    }
    return weights
  }

  /// Views of images `[N, H, W, C]`, one of each.
  package func applied(to images: Tensor, seed: UInt64, samples: [Int], iteration: Int) -> Tensor {
    guard smallestArea < 1 || flips else { return images }
    let (count, height, width) = (images.shape[0], images.shape[1], images.shape[2])
    let channels = images.shape[3]
    var rows: [Float] = []
    var columns: [Float] = []
    for sample in samples {
      let window = window(
        height: height, width: width, seed: seed, sample: sample, iteration: iteration)
      rows += Self.weights(size: height, start: window.top, length: window.height)
      columns += Self.weights(
        size: width, start: window.left, length: window.width, isFlipped: window.isFlipped)
    }
    let backend = images.backend
    let stretched = matrixProduct(
      Tensor(rows, shape: [count, height, height], on: backend),
      images.reshaped([count, height, width * channels]))
    // [N, W, H·C], so that columns are rows.
    let turned = stretched.reshaped([count, height, width, channels]).permuted([0, 2, 1, 3])
    return matrixProduct(
      Tensor(columns, shape: [count, width, width], on: backend),
      turned.reshaped([count, width, height * channels])
    ).reshaped([count, width, height, channels]).permuted([0, 2, 1, 3])
  }
}

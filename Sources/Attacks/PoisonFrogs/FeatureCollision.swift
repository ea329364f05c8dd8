import Autograd
import ComputeBackend
import Datasets
import Models

/// Images like their bases b whose features are those of a target t (Shafahi et al., "Poison
/// Frogs!", 2018, Algorithm 1).
///
/// By forward-backward splitting, in gray levels 0 to 255:
///
///     x̂ = x − λ·∇x ‖φ(x) − φ(t)‖²,   x ← (x̂ + λβb) / (1 + λβ)
///
/// A fixed point minimises ‖φ(x) − φ(t)‖² + β/2·‖x − b‖². λ is each image's own: it starts where
/// the first step moves a pixel by 16 levels. A step that does not lower the objective is taken
/// back and halves it, others raise it by a tenth.
package struct FeatureCollision {
  /// β.
  private let weight: Float
  private let network: any Classifier
  private let backend: any ComputeBackend
  /// φ(t), flat.
  private let target: Tensor

  /// How far the greatest change of the first step moves a pixel.
  private static let firstMove: Float = 16

  /// - Parameters:
  ///   - network: in evaluation; use an `inferenceCopy`, of whose weights nothing is recorded.
  ///   - weight: β.
  ///   - target: t, bytes.
  package init(_ network: any Classifier, weight: Float, target: RasterImage) {
    backend = network.backend
    self.network = network
    self.weight = weight
    let image = Tensor(
      bytes: target.pixels, shape: target.shape.batchShape(1), on: network.backend)
    let features = withoutGradient { Self.features(image, network) }
    self.target = features.reshaped([features.count])
  }

  /// β = β₀·(d/D)² for d features and images of D bytes, as in the paper's experiments.
  package static func weight(_ share: Double, features: Int, bytes: Int) -> Float {
    let ratio = Double(features) / Double(bytes)
    return Float(share * ratio * ratio)
  }

  /// ‖φ(x) − φ(t)‖ of images `[N, H, W, C]`, `[N]`.
  package func distances(_ images: Tensor) throws -> [Float] {
    try withoutGradient { try squaredDistances(images).squareRoot().values() }
  }

  /// The colliding images `[N, H, W, C]`, not rounded.
  ///
  /// - Throws: `AttackError.noGradient`.
  package func collided(_ bases: Tensor, iterations: Int) throws -> Tensor {
    let rows = bases.shape[0]
    var x = bases
    var (objective, slope) = try evaluate(x, bases)
    let steepest = try slope.absolute().reduced(
      .maximum, shape: slope.block, keeping: .outer, resultShape: [rows]
    ).values()
    guard objective.allSatisfy(\.isFinite), steepest.allSatisfy(\.isFinite) else {
      throw AttackError.noGradient
    }
    // A base without slope collides already.
    var rates = steepest.map { $0 > 0 ? Self.firstMove / $0 : 0 }
    for _ in 0..<iterations {
      // The backward step with the forward one in it.
      let shares = rates.map { 1 / (1 + $0 * weight) }
      let next = combination(
        [x, slope, bases],
        [shares, zip(rates, shares).map { -$0 * $1 }, shares.map { 1 - $0 }]
      ).clamped(0, 255)
      let (found, nextSlope) = try evaluate(next, bases)
      let isLower = zip(found, objective).map { $0 < $1 }
      let taken = isLower.map { Float($0 ? 1 : 0) }
      x = combination([next, x], [taken, taken.map { 1 - $0 }])
      slope = combination([nextSlope, slope], [taken, taken.map { 1 - $0 }])
      for row in 0..<rows {
        objective[row] = isLower[row] ? found[row] : objective[row]
        rates[row] *= isLower[row] ? 1.1 : 0.5
      }
    }
    return x
  }

  /// ‖φ(x) − φ(t)‖² + β/2·‖x − b‖² of each image, and the gradient of the first term.
  private func evaluate(_ x: Tensor, _ bases: Tensor) throws -> ([Float], slope: Tensor) {
    let image = x.variable()
    let collision = squaredDistances(image)
    let slope = gradient(of: collision.sum(), wrt: [image])[0]
    let change = summedRows((x - bases).square())
    return (try (collision.detached() + change * (weight / 2)).values(), slope)
  }

  private func squaredDistances(_ x: Tensor) -> Tensor {
    summedRows(Self.features(x, network).subtracting(target, over: .inner).square())
  }

  private func summedRows(_ x: Tensor) -> Tensor {
    x.reduced(
      .sum, shape: BlockShape(outer: x.shape[0], middle: 1, inner: x.count / x.shape[0]),
      keeping: .outer, resultShape: [x.shape[0]])
  }

  /// Σ coefficient·term, row by row.
  private func combination(_ terms: [Tensor], _ coefficients: [[Float]]) -> Tensor {
    rowAffineSum(
      terms,
      coefficients: Tensor(
        coefficients.flatMap { $0 }, shape: [terms.count, terms[0].shape[0]], on: backend))
  }

  private static func features(_ bytes: Tensor, _ network: any Classifier) -> Tensor {
    network.features(network.configuration.normalization.normalize(bytes, range: 0...255))
  }
}

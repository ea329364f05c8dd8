import Autograd
import ComputeBackend
import Critic
import Datasets
import Models
import Training

/// Step II of Mendata: moves samples down the slope of the critic behind the feature extractor.
package struct PerturbationStep {
  package let images: any LabelledImages
  package let extractor: FeatureExtractor
  package let critic: WassersteinCritic
  /// l_δ.
  package var stepSize: Float
  /// λ.
  let sizePenalty: Float

  package init(
    images: any LabelledImages, extractor: FeatureExtractor, critic: WassersteinCritic,
    stepSize: Float, sizePenalty: Float
  ) {
    self.images = images
    self.extractor = extractor
    self.critic = critic
    self.stepSize = stepSize
    self.sizePenalty = sizePenalty
  }

  /// What a step leaves of some samples.
  package struct Moved {
    /// δ, as `[samples, H, W, C]`.
    package var perturbations: Tensor
    /// f(x + δ), `[samples, d]`.
    package var features: Tensor
  }

  /// Numbers of the ⌊share·n⌋ samples with the highest values of the critic, those of equal value
  /// from the front (Algorithm 1, line 20).
  package static func selected(_ values: [Float], count: Int) -> [Int] {
    Array(
      values.indices.sorted { (-values[$0], $0) < (-values[$1], $1) }.prefix(count)
    ).sorted()
  }

  /// δ − l_δ · ∇(h(f(x + δ)) + λ‖δ‖₂²), so clipped that x + δ stays in [0, 1] (lines 23 to 25).
  ///
  /// - Parameter perturbations: δ of the samples.
  package func moved(_ samples: [Int], perturbations: [Float]) throws -> Moved {
    let (before, clean, slope) = try self.slope(samples, perturbations: perturbations)
    return withoutGradient {
      let step = affineSum([
        (1 - 2 * stepSize * sizePenalty, before), (-stepSize, slope), (1, clean),
      ])
      let pixels = step.clamped(0, 1)
      return Moved(perturbations: pixels - clean, features: extractor(pixels))
    }
  }

  /// The step size at which these samples, not yet perturbed, would move by a mean ‖δ‖∞ of `levels`
  /// in 1/255 if nothing were clipped; nil where the slope is flat.
  package func stepSize(_ samples: [Int], moving levels: Double) throws -> Double? {
    let width = images.shape.byteCount
    let slope = try slope(
      samples, perturbations: [Float](repeating: 0, count: samples.count * width)
    ).slope.values()
    let steepest = samples.indices.map { row in
      slope[row * width..<(row + 1) * width].reduce(0) { max($0, Double($1.magnitude)) }
    }
    let mean = steepest.reduce(0, +) / Double(max(samples.count, 1))
    let size = levels / 255 / mean
    return size.isFinite && size > 0 ? size : nil
  }

  /// δ, the images without it, and the critic's slope at their sum.
  private func slope(
    _ samples: [Int], perturbations: [Float]
  ) throws -> (before: Tensor, clean: Tensor, slope: Tensor) {
    let backend = critic.backend
    let shape = images.shape.batchShape(samples.count)
    let clean = try images.unitTensor(samples, on: backend)
    let before = Tensor(perturbations, shape: shape, on: backend)
    let input = (clean + before).variable()
    return (before, clean, gradient(of: critic(extractor(input)).sum(), wrt: [input])[0])
  }
}

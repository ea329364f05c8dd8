import Autograd
import ComputeBackend
import Critic
import Datasets
import Models

/// Step II of Mendata: moves samples down the slope of the critic behind the feature extractor.
package struct PerturbationStep {
  package let images: any LabelledImages
  package let extractor: FeatureExtractor
  package let critic: WassersteinCritic
  /// l_δ.
  let stepSize: Float
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
    let backend = critic.backend
    let shape = images.shape.batchShape(samples.count)
    let clean = Tensor(try images.unitPixels(samples), shape: shape, on: backend)
    let before = Tensor(perturbations, shape: shape, on: backend)
    let input = (clean + before).variable()
    let slope = gradient(of: critic(extractor(input)).sum(), wrt: [input])[0]
    return withoutGradient {
      let step = affineSum([
        (1 - 2 * stepSize * sizePenalty, before), (-stepSize, slope), (1, clean),
      ])
      let pixels = step.clamped(0, 1)
      return Moved(perturbations: pixels - clean, features: extractor(pixels))
    }
  }
}

import Autograd
import ComputeBackend
import NeuralNet

/// Losses and gradients of the four networks for one pair of batches, PD-AutoR's equations 2 to 7.
///
/// Generators minimize −log D of what they make instead of log(1 − D), which has the same fixed
/// points and does not saturate. All gradients are at the same weights, so what the generators made
/// goes through the discriminators once for both sides.
package struct RestorationStep {
  private let networks: RestorationNetworks
  private let weights: RestorationRecipe.Weights

  package init(networks: RestorationNetworks, weights: RestorationRecipe.Weights) {
    self.networks = networks
    self.weights = weights
  }

  /// - Parameters:
  ///   - clean: x̄ `[N, H, W, C]` in [−1, 1].
  ///   - poisoned: x, of the same shape.
  /// - Returns: gradients in the order of the networks' weights, and the losses
  ///   `[RestorationLoss.allCases.count]`.
  package func callAsFunction(
    clean: Tensor, poisoned: Tensor
  ) -> (gradients: [Tensor], losses: Tensor) {
    let fakePoisoned = networks.poisoner(clean)
    let fakeClean = networks.restorer(poisoned)
    let cycle =
      distance(networks.restorer(fakePoisoned), clean)
      + distance(networks.poisoner(fakeClean), poisoned)
    let content = distance(fakePoisoned, clean) + distance(fakeClean, poisoned)
    let identity =
      weights.identity > 0
      ? distance(networks.restorer(clean), clean) : Tensor.zeros([1], on: clean.backend)

    let cleanSide = sides(networks.cleanDiscriminator, real: clean, fake: fakeClean)
    let poisonedSide = sides(networks.poisonedDiscriminator, real: poisoned, fake: fakePoisoned)
    let generatorLoss = affineSum([
      (weights.adversarial, cleanSide.generator), (weights.adversarial, poisonedSide.generator),
      (weights.cycle, cycle), (weights.content, content), (weights.identity, identity),
    ])
    let discriminatorLoss = cleanSide.discriminator + poisonedSide.discriminator
    let gradients =
      gradient(of: discriminatorLoss, wrt: variables(of: discriminators))
    let generatorGradients = gradient(of: generatorLoss, wrt: variables(of: generators))
    let losses = concatenate(
      [
        cleanSide.generator, poisonedSide.generator, cycle, content, identity,
        cleanSide.discriminator, poisonedSide.discriminator,
      ].map { $0.detached() })
    return (generatorGradients + gradients, losses)
  }

  private var generators: [any Module] { [networks.poisoner, networks.restorer] }

  private var discriminators: [any Module] {
    [networks.poisonedDiscriminator, networks.cleanDiscriminator]
  }

  private func variables(of modules: [any Module]) -> [Tensor] {
    modules.flatMap { $0.parameters.weights.map(\.value) }
  }

  private func distance(_ a: Tensor, _ b: Tensor) -> Tensor { (a - b).absolute().mean() }

  /// What a generator and its discriminator lose; −log σ(z) is softplus(−z).
  private func sides(
    _ discriminator: TransformerDiscriminator, real: Tensor, fake: Tensor
  ) -> (generator: Tensor, discriminator: Tensor) {
    let (onReal, onFake) = (discriminator(real), discriminator(fake))
    return ((-onFake).softplus().mean(), (-onReal).softplus().mean() + onFake.softplus().mean())
  }
}

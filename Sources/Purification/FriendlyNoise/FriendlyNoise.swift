import Autograd
import ComputeBackend
import Models
import Training

/// Friendly noise, FRIEN(α): as much as a model's predictions bear, inside the ball ‖ξ‖∞ ≤ α.
///
/// Liu et al., NeurIPS 2022; Mendata, Appendix C.
/// Minimises KL(f(x) ‖ f(x + ξ)) − μ·mean(ξ²) for each image by gradient descent with Nesterov
/// momentum 0.9, from ξ ~ U(−8/255, 8/255); x + ξ is limited to [0, 1], and ξ to the ball. Both
/// limits are part of the loss: an element of ξ outside the ball has no gradient and stays there.
///
/// The paper writes ‖ξ‖₂ for the second term; the official code, which the paper's experiments
/// used, takes the mean square, and so do we. That code descends along the mean loss of batches of
/// 128 images: there an image's own step is 1/128 of `learningRate`, as it is here for any batch.
public struct FriendlyNoise: Purifier {
  public static let id = "friendly-noise"

  /// α, in grey levels (1/255).
  public var radius: Float
  /// μ.
  public var weight: Float
  /// Steps of the descent.
  public var epochs: Int
  /// For a mean over 128 images; a tenth after half the epochs, a hundredth after three quarters.
  public var learningRate: Float
  /// Determines the initial noise.
  public var seed: UInt64
  /// The model whose predictions are kept.
  public var victim = VictimOptions()
  /// Reference samples stay as they are.
  public var reference = ReferenceOptions()

  private static let momentum: Float = 0.9
  /// In grey levels.
  private static let initialRadius: Float = 8
  private static let batchOfLearningRate: Float = 128

  public init(
    radius: Float = 16, weight: Float = 1, epochs: Int = 30, learningRate: Float = 100,
    seed: UInt64
  ) {
    precondition(radius > 0 && epochs > 0, "FriendlyNoise: radius \(radius), \(epochs) epochs")
    self.radius = radius
    self.weight = weight
    self.epochs = epochs
    self.learningRate = learningRate
    self.seed = seed
  }

  /// ξ `[N, H, W, C]` for images in [0, 1] of the same shape; each is a function of its image,
  /// sample and seed, not of the batch.
  ///
  /// - Parameters:
  ///   - samples: the images' indices in the dataset, which key the initial noise, `[N]`.
  ///   - network: in evaluation; use an `inferenceCopy`, of whose weights nothing is recorded.
  public func perturbations(
    of images: Tensor, samples: [Int], by network: any Classifier
  ) -> Tensor {
    let backend = images.backend
    let images = images.detached()
    let limit = radius / 255
    let noise = initialNoise(of: images, samples: samples)
    let velocity = Tensor.zeros(images.shape, on: backend)
    let target = withoutGradient { logarithms(of: images, by: network) }
    for epoch in 0..<epochs {
      // A leaf over memory that the step below changes once this epoch's graph is gone.
      let variable = noise.variable()
      let limited = variable.clamped(-limit, limit)
      let found = logarithms(of: (images + limited).clamped(0, 1), by: network)
      // Summed over images, so that each one's gradient is that of its own loss.
      let divergence = klDivergence(of: target, from: found).sum()
      let size = limited.square().sum() * (Float(images.shape[0]) / Float(images.count))
      let slope = gradient(of: divergence - size * weight, wrt: [variable])[0]
      backend.sgdStep(
        SGDParameters(
          learningRate: rate(epoch), momentum: Self.momentum, weightDecay: 0, nesterov: true),
        weights: noise.slice, gradients: slope.slice, velocity: velocity.slice,
        gradientScale: nil)
    }
    return withoutGradient { noise.clamped(-limit, limit) }
  }

  /// log f(x), `[N, classes]`.
  private func logarithms(of images: Tensor, by network: any Classifier) -> Tensor {
    logSoftmax(network.logits(network.configuration.normalization.normalize(images)))
  }

  private func initialNoise(of images: Tensor, samples: [Int]) -> Tensor {
    let unit = SampleNoise(seed: seed, purpose: .friendlyNoise)
      .uniform(images.shape, samples: samples, on: images.backend)
    let limit = Self.initialRadius / 255
    return unit.affine(scale: 2 * limit, offset: -limit)
  }

  /// The step for one image's own loss.
  private func rate(_ epoch: Int) -> Float {
    let own = learningRate / Self.batchOfLearningRate
    if epoch < epochs / 2 { return own }
    return epoch < epochs / 4 * 3 ? own / 10 : own / 100
  }
}

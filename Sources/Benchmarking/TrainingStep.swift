import Autograd
import ComputeBackend
import Critic
import Datasets
import Diffusion
import Models
import NeuralNet
import Restoration

/// One step of a training on random data, as the peers' script does it.
public struct TrainingStep {
  public let weights: Int
  /// Encodes a step and returns its loss.
  private let step: () -> Tensor

  private init(weights: Int, step: @escaping () -> Tensor) {
    self.weights = weights
    self.step = step
  }

  private init(
    _ optimizer: any Optimizer, learningRate: Float, loss: @escaping () -> Tensor
  ) {
    self.init(weights: optimizer.arena.parameters.reduce(0) { $0 + $1.value.count }) {
      let value = loss()
      optimizer.arena.backpropagate(value)
      optimizer.step(learningRate: learningRate)
      return value
    }
  }

  /// Steps and waits for the loss.
  public func run() throws { _ = try step().values() }

  /// A denoiser's: squared error, Adam.
  public static func denoiser(
    _ network: UNet2DModel, batch: Int, on backend: any ComputeBackend
  ) -> TrainingStep {
    let size = network.measuredSize
    let shape = [batch, size.height, size.width, network.imageChannels]
    let (images, noise) = (normal(shape, seed: 1, backend), normal(shape, seed: 2, backend))
    let timesteps = (0..<batch).map { Float($0 * 7 % 1000) }
    return TrainingStep(Adam(ParameterArena(network.parameters.weights)), learningRate: 2e-4) {
      (network(images, timesteps: timesteps) - noise).meanOfSquares()
    }
  }

  /// A classifier's of its own images and classes: cross entropy, SGD with momentum.
  public static func classifier(
    _ network: any Classifier, batch: Int, on backend: any ComputeBackend
  ) -> TrainingStep {
    network.setTraining(true)
    let configuration = network.configuration
    let (size, classes) = (configuration.imageSize, Int32(configuration.classes))
    let images = normal([batch, size, size, configuration.inputChannels], seed: 1, backend)
    let labels = IndexTensor((0..<Int32(batch)).map { $0 % classes }, shape: [batch], on: backend)
    let optimizer = SGD(
      ParameterArena(network.parameters.weights), momentum: 0.9, weightDecay: 5e-4)
    return TrainingStep(optimizer, learningRate: 0.1) {
      softmaxCrossEntropy(network.logits(images), labels: labels).mean()
    }
  }

  /// A Wasserstein critic's of 512 features and units with its gradient penalty: Adam (Mendata,
  /// Algorithm 1, Step I).
  public static func critic(batch: Int, on backend: any ComputeBackend) throws -> TrainingStep {
    let critic = try WassersteinCritic(
      features: 512, from: RandomWeights(seed: 0, on: backend))
    let trainer = CriticTrainer(critic, CriticOptions(batchSize: batch))
    let pairs = normal([2, batch, 512], seed: 1, backend)
    let values = Tensor.empty([2], on: backend)
    return TrainingStep(weights: critic.weightCount) {
      trainer.advance(pairs, values: values.slice)
      return values
    }
  }

  /// That of PD-AutoR's four networks on 32×32 color images: adversarial, cycle and content losses,
  /// Adam.
  public static func restoration(batch: Int, on backend: any ComputeBackend) throws -> TrainingStep
  {
    let shape = ImageShape(height: 32, width: 32, channels: 3)
    let networks = try RestorationNetworks(
      .init(), for: shape, from: RandomWeights(seed: 0, on: backend))
    let optimizer = Adam(ParameterArena(networks.parameters.weights), beta1: 0.5)
    let step = RestorationStep(networks: networks, weights: .init())
    let clean = normal(shape.batchShape(batch), seed: 1, backend).clamped(-1, 1)
    let poisoned = normal(shape.batchShape(batch), seed: 2, backend).clamped(-1, 1)
    return TrainingStep(weights: networks.weightCount) {
      let (gradients, losses) = step(clean: clean, poisoned: poisoned)
      optimizer.step(gradients: gradients, learningRate: 1e-4)
      return losses
    }
  }

  private static func normal(
    _ shape: [Int], seed: UInt64, _ backend: any ComputeBackend
  ) -> Tensor {
    let values = Philox.row(
      NoiseKey(seed: seed, purpose: .benchmark), stream: 0, count: shape.elementCount, normal: true)
    return Tensor(values, shape: shape, on: backend)
  }
}

import Autograd
import ComputeBackend
import Diffusion
import Models
import NeuralNet

/// One step of a training on random data, as the peers' script does it.
public struct TrainingStep {
  public let weights: Int
  private let optimizer: any Optimizer
  private let learningRate: Float
  private let loss: () -> Tensor

  private init(
    _ optimizer: any Optimizer, learningRate: Float, loss: @escaping () -> Tensor
  ) {
    self.optimizer = optimizer
    self.learningRate = learningRate
    self.loss = loss
    weights = optimizer.arena.parameters.reduce(0) { $0 + $1.value.count }
  }

  /// Steps and waits for the loss.
  public func run() throws {
    let value = loss()
    optimizer.arena.backpropagate(value)
    optimizer.step(learningRate: learningRate)
    _ = try value.item()
  }

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

  /// A classifier's of 32×32 images and 10 classes: cross entropy, SGD with momentum.
  public static func classifier(
    _ network: any Classifier, batch: Int, on backend: any ComputeBackend
  ) -> TrainingStep {
    network.setTraining(true)
    let images = normal([batch, 32, 32, 3], seed: 1, backend)
    let labels = IndexTensor((0..<Int32(batch)).map { $0 % 10 }, shape: [batch], on: backend)
    let optimizer = SGD(
      ParameterArena(network.parameters.weights), momentum: 0.9, weightDecay: 5e-4)
    return TrainingStep(optimizer, learningRate: 0.1) {
      softmaxCrossEntropy(network.logits(images), labels: labels).mean()
    }
  }

  /// c(fake) − c(real) + 10·(‖∇c(mixed)‖ − 1)², in the mean (Mendata, Algorithm 1).
  public static func critic(batch: Int, on backend: any ComputeBackend) -> TrainingStep {
    let critic = Critic(features: 512, hidden: 256, on: backend)
    let real = normal([batch, 512], seed: 1, backend)
    let fake = normal([batch, 512], seed: 2, backend) + 0.1
    let streams = IndexTensor((0..<Int32(batch)).map { $0 }, shape: [batch], on: backend)
    let shares = Tensor.empty([batch, 1], on: backend)
    var step: UInt32 = 0
    return TrainingStep(Adam(ParameterArena(critic.parameters.weights)), learningRate: 1e-4) {
      step += 1
      backend.randomUniform(
        NoiseKey(seed: 3, step: step, purpose: 0), streams: streams.slice, rows: batch, columns: 1,
        into: shares.slice)
      let share = shares.reshaped([batch])
      let mixed = (fake + (real - fake).multiplying(share, over: .outer)).variable()
      let slope = gradient(of: critic(mixed).sum(), wrt: [mixed], createGraph: true)[0]
      let norms = slope.reduced(
        .sumOfSquares, shape: slope.block, keeping: .outer, resultShape: [batch]
      ).squareRoot()
      return critic(fake).mean() - critic(real).mean() + (norms - 1).square().mean() * 10
    }
  }

  private static func normal(
    _ shape: [Int], seed: UInt64, _ backend: any ComputeBackend
  ) -> Tensor {
    let values = Philox.row(
      NoiseKey(seed: seed, step: 0, purpose: 0), stream: 0, count: shape.elementCount, normal: true)
    return Tensor(values, shape: shape, on: backend)
  }
}

/// A linear layer, ReLU, and a linear layer to one number.
private final class Critic: Module {
  private let hidden: Linear
  private let output: Linear

  init(features: Int, hidden units: Int, on backend: any ComputeBackend) {
    let weights = RandomWeights(seed: 0, on: backend)
    do {
      hidden = try Linear("hidden", inputs: features, outputs: units, from: weights)
      output = try Linear("output", inputs: units, outputs: 1, from: weights)
    } catch {
      fatalError("Critic: random weights cannot be missing (\(error))")
    }
  }

  func callAsFunction(_ x: Tensor) -> Tensor { output(hidden(x, activation: .relu)) }

  func collectParameters(into list: inout ParameterList) {
    hidden.collectParameters(into: &list)
    output.collectParameters(into: &list)
  }
}

import ArgumentParser
import Autograd
import ComputeBackend
import Foundation
import Models
import NeuralNet

/// `elixir-gpu bench training`: the speed of one training step.
struct BenchTrainingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "training",
    abstract: "Times one training step: forward, backward and the optimiser.",
    discussion: """
      The work is a denoiser's config.json (squared error, Adam), a classifier (32×32 images, cross \
      entropy, SGD with momentum) or `critic`: 512 features, 256 hidden units, the Wasserstein loss \
      with gradient penalty, Adam. Weights and data are random.

      Examples:
        elixir-gpu bench training Benchmarks/configurations/unet-64-128-128/config.json --batch 64
        elixir-gpu bench training preact_resnet18 --batch 128
        elixir-gpu bench training critic --batch 256 --device opencl
      """)

  @Argument(
    help: "A denoiser's config.json, critic, or one of \(architectures.joined(separator: ", ")).")
  var work: String

  @Option(help: "Samples in each step.")
  var batch = 64

  @Option(help: "How long to measure.")
  var seconds = 10.0

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var device: DeviceArguments

  private static let architectures = ClassifierConfiguration.Architecture.allCases.map(\.rawValue)

  func validate() throws {
    if batch < 2 { throw ValidationError("--batch \(batch): use at least 2.") }
    if !(seconds > 0) { throw ValidationError("--seconds \(seconds): use more than 0.") }
    guard work.hasSuffix(".json") || (["critic"] + Self.architectures).contains(work) else {
      throw ValidationError(
        "\(work): use a config.json, critic, or one of \(Self.architectures.joined(separator: ", ")).")
    }
  }

  func run() throws {
    let backend = try device.makeBackend()
    let step = try makeStep(on: backend)
    let clock = ContinuousClock()
    let times = try Measurement.repeated(seconds: seconds) {
      let start = clock.now
      try step.run()
      return (clock.now - start) / .seconds(1)
    }
    let median = times.sorted()[times.count / 2]
    let result = Result(
      samplesPerSecond: Double(batch) / median, stepsPerSecond: 1 / median,
      medianMilliseconds: median * 1e3, peakMemoryMiB: Measurement.peakMemoryMiB(), batch: batch,
      steps: times.count, weights: step.weights, device: backend.description)
    if json { return print(try Measurement.json(result)) }
    print("\(result.device.identifier): \(result.device.name), \(result.device.driver)")
    print(
      "\(work), batch \(batch): \(Measurement.text(result.medianMilliseconds, digits: 2)) ms a step, "
        + "\(Measurement.text(result.samplesPerSecond)) samples/s, "
        + "\(Measurement.text(result.peakMemoryMiB, digits: 0)) MiB")
  }

  struct Result: Encodable {
    var samplesPerSecond: Double
    var stepsPerSecond: Double
    var medianMilliseconds: Double
    /// Of the process, from the start.
    var peakMemoryMiB: Double
    var batch: Int
    var steps: Int
    var weights: Int
    var device: DeviceDescription
  }

  private func makeStep(on backend: any ComputeBackend) throws -> TrainingStep {
    if work == "critic" { return .critic(batch: batch, on: backend) }
    if let architecture = ClassifierConfiguration.Architecture(rawValue: work) {
      let configuration = ClassifierConfiguration(
        architecture, classes: 10, inputChannels: 3, width: nil, imageSize: 32)
      return .classifier(
        ClassifierFile.random(configuration, seed: 0, on: backend), batch: batch, on: backend)
    }
    let configuration = try UNet2DConfiguration(URL(fileURLWithPath: work))
    return .denoiser(UNet2DModel(configuration, seed: 0, on: backend), batch: batch, on: backend)
  }
}

/// One step of a training on random data, as the peers' script does it.
struct TrainingStep {
  let weights: Int
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
  func run() throws {
    let value = loss()
    optimizer.arena.backpropagate(value)
    optimizer.step(learningRate: learningRate)
    _ = try value.item()
  }

  static func denoiser(
    _ network: UNet2DModel, batch: Int, on backend: any ComputeBackend
  ) -> TrainingStep {
    let configuration = network.configuration
    let size = configuration.sampleSize ?? .init(height: 32, width: 32)
    let shape = [batch, size.height, size.width, configuration.inputChannels]
    let (images, noise) = (normal(shape, seed: 1, backend), normal(shape, seed: 2, backend))
    let timesteps = (0..<batch).map { Float($0 * 7 % 1000) }
    return TrainingStep(Adam(ParameterArena(network.parameters.weights)), learningRate: 2e-4) {
      (network(images, timesteps: timesteps) - noise).meanOfSquares()
    }
  }

  static func classifier(
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
  static func critic(batch: Int, on backend: any ComputeBackend) -> TrainingStep {
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

import Diffusion
import Models

/// How a denoiser is trained: everything that the resulting weights depend on, but the images.
public struct DenoiserRecipe: Sendable {
  public var network: UNet2DConfiguration
  public var schedule: NoiseSchedule
  public var optimizer: OptimizerRecipe
  public var batchSize: Int
  /// Parts of a batch whose gradients are made by themselves and added; so many ranks can share a
  /// step, and each needs the memory of its part only.
  public var blocks = 1
  public var augmentation: Augmentation
  public var seed: UInt64

  /// - Parameter maxTimestep: time steps are drawn below it; purification from T noise steps needs
  ///   T.
  public init(
    network: UNet2DConfiguration, maxTimestep: Int = 500,
    variance: NoiseSchedule.Variance = .fixedLarge,
    optimizer: OptimizerRecipe = .init(
      kind: .adam, learningRate: 1e-3, warmupSteps: 100, clipNorm: 1, averageDecay: 0.999),
    batchSize: Int = 64, augmentation: Augmentation = .none, seed: UInt64 = 0
  ) {
    self.network = network
    schedule = NoiseSchedule(
      .linear(start: 1e-4, end: 0.02), variance: variance, trainedTimesteps: maxTimestep)
    self.optimizer = optimizer
    self.batchSize = batchSize
    self.augmentation = augmentation
    self.seed = seed
  }

  /// A recipe that goes on from a model: its network, and its schedule up to `maxTimestep`.
  ///
  /// - Throws: `TrainingError.initialModel` unless the network predicts noise and nothing else.
  public init(
    from model: PretrainedDenoiser, path: String, maxTimestep: Int = 500,
    augmentation: Augmentation = .none, seed: UInt64 = 0
  ) throws {
    let network = model.network.configuration
    guard model.schedule.prediction == .epsilon, network.outputChannels == network.inputChannels
    else {
      throw TrainingError.initialModel(
        path: path, reason: "its output is not the noise alone, which is what is trained here")
    }
    guard maxTimestep <= model.schedule.alphaBars.count else {
      throw TrainingError.initialModel(
        path: path, reason: "its schedule has \(model.schedule.alphaBars.count) time steps")
    }
    self.init(
      network: network, maxTimestep: maxTimestep, augmentation: augmentation, seed: seed)
    schedule = model.schedule
    schedule.trainedTimesteps = maxTimestep
  }

  /// Time steps are drawn from 0 ..< this.
  var timestepLimit: Int { schedule.trainedTimesteps ?? schedule.alphaBars.count }
}

extension UNet2DConfiguration {
  /// A network of plain convolutional levels, each half the size of the one before.
  ///
  /// - Parameters:
  ///   - channels: of each level; multiples of 8.
  ///   - attention: levels whose images have this height have self-attention.
  public static func denoiser(
    height: Int, width: Int, imageChannels: Int, channels: [Int], layers: Int, attention: [Int]
  ) -> UNet2DConfiguration {
    var configuration = UNet2DConfiguration()
    let hasAttention = channels.indices.map { attention.contains(height >> $0) }
    configuration.sampleSize = ImageSize(height: height, width: width)
    configuration.inputChannels = imageChannels
    configuration.outputChannels = imageChannels
    configuration.blockOutputChannels = channels
    configuration.layersPerBlock = layers
    configuration.downBlockTypes = hasAttention.map { $0 ? .attention : .plain }
    configuration.upBlockTypes = hasAttention.reversed().map { $0 ? .attention : .plain }
    configuration.attentionHeadSize = channels.min()
    configuration.normGroups = 8
    return configuration
  }
}

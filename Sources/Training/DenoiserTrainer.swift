import Autograd
import Checkpoints
import ComputeBackend
import Datasets
import Diffusion
import Foundation
import Models
import NeuralNet

/// Trains a U-Net to predict the noise in corrupted images.
///
/// The loss is ‖ε − ε_θ(√ᾱ_t·x₀ + √(1−ᾱ_t)·ε, t)‖² (Ho et al., 2020, eq. 14), with t uniform below
/// the recipe's limit.
///
/// The folder receives diffusers' files (`config.json`, `scheduler_config.json` and the averaged
/// weights in `diffusion_pytorch_model.safetensors`), renewed after each saved state and at the
/// end, and `training-state.safetensors`, from which a stopped training goes on.
public final class DenoiserTrainer {
  public let model: UNet2DModel
  private let recipe: DenoiserRecipe
  private let loader: BatchLoader
  private let loop: TrainingLoop
  private let folder: URL
  private let backend: any ComputeBackend

  /// - Parameters:
  ///   - initial: the network to train, which the recipe was made from; `nil` for random weights.
  ///   - folder: exists already.
  /// - Throws: `TrainingError` if the images do not fit the network.
  public init(
    _ recipe: DenoiserRecipe, initial: UNet2DModel? = nil, images: any LabelledImages, folder: URL,
    on backend: any ComputeBackend
  ) throws {
    try Self.check(recipe)
    try Self.check(images, fit: recipe.network)
    self.recipe = recipe
    self.folder = folder
    self.backend = backend
    model = initial ?? UNet2DModel(recipe.network, seed: recipe.seed, on: backend)
    loader = BatchLoader(
      images, batchSize: recipe.batchSize,
      normalization: .centered(channels: images.shape.channels),
      augmentation: recipe.augmentation, seed: recipe.seed)
    loop = TrainingLoop(
      model: model, recipe: recipe.optimizer,
      states: (
        folder.appendingPathComponent("training-state.safetensors"),
        try Self.identity(recipe, images: images, on: backend)
      ))
  }

  /// Steps done.
  public var step: Int { loop.step }

  private static func check(_ recipe: DenoiserRecipe) throws {
    let network = recipe.network
    guard network.outputChannels == network.inputChannels else {
      throw TrainingError.network(
        "a denoiser of \(network.inputChannels) input and \(network.outputChannels) output "
          + "channels cannot predict the noise alone; give one with as many of both")
    }
    if network.timeEmbeddingType == .learned, let rows = network.trainingTimesteps,
      rows < recipe.timestepLimit
    {
      throw TrainingError.network(
        "the denoiser's learned embedding has \(rows) time steps, which are fewer than the "
          + "\(recipe.timestepLimit) of the training; train on fewer time steps")
    }
  }

  private static func check(
    _ images: any LabelledImages, fit network: UNet2DConfiguration
  ) throws {
    let shape = images.shape
    guard shape.channels == network.inputChannels else {
      throw TrainingError.images(
        "images of \(shape.channels) channels do not fit a denoiser of \(network.inputChannels)")
    }
    let divisor = network.sizeDivisor
    guard shape.height % divisor == 0, shape.width % divisor == 0 else {
      throw TrainingError.images(
        "images of \(shape) cannot be halved \(network.blockOutputChannels.count - 1) times; "
          + "give a network of fewer resolutions")
    }
    guard images.count >= 2 else {
      throw TrainingError.tooFewImages(count: images.count, needed: 2)
    }
  }

  /// What a resumed training must share; the number of steps may change.
  private static func identity(
    _ recipe: DenoiserRecipe, images: any LabelledImages, on backend: any ComputeBackend
  ) throws -> TrainingIdentity {
    let schedule = JSONValue.object(recipe.schedule.configuration()).serialized(sortedKeys: true)
    return try TrainingIdentity(
      options: Options(
        optimizer: recipe.optimizer, batchSize: recipe.batchSize,
        augmentation: recipe.augmentation, seed: recipe.seed, schedule: schedule),
      network: recipe.network.json.serialized(sortedKeys: true), images: images, on: backend)
  }

  private struct Options: Encodable {
    var optimizer: OptimizerRecipe
    var batchSize: Int
    var augmentation: Augmentation
    var seed: UInt64
    var schedule: String
  }

  /// Trains to a number of steps, or for a time, and leaves the averaged weights in `model`.
  ///
  /// - Parameters:
  ///   - steps: of the whole training, resumed ones included; `nil` if only the time is limited.
  ///   - duration: of this part of the training; `nil` for no limit.
  ///   - resume: goes on from the folder's saved state if there is one.
  public func train(
    steps: Int?, duration: Duration? = nil, resume: Bool = false,
    intervals: TrainingIntervals = .init(), progress: (TrainingProgress) throws -> Void
  ) throws {
    precondition(
      steps != nil || duration != nil && recipe.optimizer.decay == .constant,
      "DenoiserTrainer.train: a decaying learning rate needs a number of steps")
    if resume { try loop.resume() }
    let batches = Prefetcher(from: loop.step) { [loader] in try loader.batch(step: $0) }
    let limits = TrainingLoop.Limits(
      steps: steps, duration: duration, batchSize: loader.batchSize,
      stepsPerEpoch: loader.batchesPerEpoch, intervals: intervals)
    model.setTraining(true)
    try loop.run(limits, progress: progress, didSave: writeAverages) { step in
      loss(try batches.next(), step: step)
    }
    model.setTraining(false)
    loop.adoptAverage()
    // Also where no step was left: an earlier process may have ended between state and model.
    try writeModel()
  }

  private func loss(_ batch: Batch, step: Int) -> Tensor {
    let images = Tensor(batch.pixels, shape: batch.tensorShape, on: backend)
    let noise = Tensor.empty(images.shape, on: backend)
    let streams = IndexTensor(batch.samples, shape: [batch.count], on: backend)
    backend.randomNormal(
      NoiseKey(
        seed: recipe.seed, step: UInt32(truncatingIfNeeded: step), purpose: .denoiserNoise),
      streams: streams.slice, rows: batch.count, columns: images.count / batch.count,
      into: noise.slice)
    let timesteps = timesteps(count: batch.count, step: step)
    let alphaBars = timesteps.map { recipe.schedule.alphaBars[$0] }
    let coefficients =
      alphaBars.map { Float($0.squareRoot()) } + alphaBars.map { Float((1 - $0).squareRoot()) }
    let noisy = rowAffineSum(
      [images, noise],
      coefficients: Tensor(coefficients, shape: [2, batch.count], on: backend))
    return (model(noisy, timesteps: timesteps.map { recipe.schedule.networkTimestep($0) }) - noise)
      .meanOfSquares()
  }

  /// Uniform, one in each of `count` equal parts of the range, so that every batch has all levels.
  private func timesteps(count: Int, step: Int) -> [Int] {
    var random = PhiloxGenerator(
      seed: recipe.seed, step: UInt32(truncatingIfNeeded: step), purpose: .denoiserTimesteps)
    let limit = recipe.timestepLimit
    return (0..<count).map { position in
      let share = (Double(position) + Double(random.uniform())) / Double(count)
      return min(Int(share * Double(limit)), limit - 1)
    }
  }

  /// Writes the weights that the result would have now.
  private func writeAverages() throws {
    try loop.average?.withAverages(writeModel) ?? writeModel()
  }

  private func writeModel() throws {
    try model.save(to: folder, scheduler: .object(recipe.schedule.configuration()))
  }
}

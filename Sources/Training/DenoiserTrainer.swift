import Autograd
import Checkpoints
import Communication
import ComputeBackend
import Datasets
import Diffusion
import Foundation
import Models
import NeuralNet
import Support

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
  public let recipe: DenoiserRecipe
  private let loader: BatchLoader
  private let loop: TrainingLoop
  private let blocks: GradientBlocks
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
    blocks = GradientBlocks(arena: loop.arena, count: min(recipe.blocks, loader.batchSize))
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
        augmentation: recipe.augmentation, seed: recipe.seed, schedule: schedule,
        blocks: recipe.blocks > 1 ? recipe.blocks : nil),
      network: recipe.network.json.serialized(sortedKeys: true), images: images, on: backend)
  }

  private struct Options: Encodable {
    var optimizer: OptimizerRecipe
    var batchSize: Int
    var augmentation: Augmentation
    var seed: UInt64
    var schedule: String
    /// Nil for one, as in states of versions without blocks.
    var blocks: Int?
  }

  /// Trains to a number of steps, or for a time, and leaves the averaged weights in `model`.
  ///
  /// - Parameters:
  ///   - steps: of the whole training, resumed ones included; `nil` if only the time is limited.
  ///   - duration: of this part of the training; `nil` for no limit.
  ///   - resume: goes on from the folder's saved state if there is one.
  ///   - team: ranks that share each step, of which this is the first; the others `serve`.
  /// - Throws: `TrainingError.fewBlocks` if some ranks would have nothing to do, `RankError` where
  ///   another rank fails.
  public func train(
    steps: Int?, duration: Duration? = nil, resume: Bool = false,
    intervals: TrainingIntervals = .init(), with team: RankTeam? = nil,
    progress: (TrainingProgress) throws -> Void
  ) throws {
    precondition(
      steps != nil || duration != nil && recipe.optimizer.decay == .constant,
      "DenoiserTrainer.train: a decaying learning rate needs a number of steps")
    if resume { try loop.resume() }
    if let team { try compareWeights(with: team) }
    let batches = prefetcher()
    let limits = TrainingLoop.Limits(
      steps: steps, duration: duration, batchSize: loader.batchSize,
      stepsPerEpoch: loader.batchesPerEpoch, intervals: intervals)
    model.setTraining(true)
    try loop.run(
      limits,
      gradients: { step in
        let batch = try batches.next()
        guard let team else {
          return try blocks.backpropagate { loss(of: $0, in: batch, step: step) }
        }
        return try blocks.add(
          try team.share(RankRequest.step(step)) {
            try gradients(of: team, batch: batch, step: step)
          })
      }, progress: progress, didSave: writeAverages)
    model.setTraining(false)
    loop.adoptAverage()
    // Also where no step was left: an earlier process may have ended between state and model.
    try writeModel()
  }

  /// What the first rank asks of the others.
  private enum RankRequest: Codable {
    /// A checksum of the weights.
    case weights
    /// Gradients of a step.
    case step(Int)
  }

  /// Shares the steps of the first rank, which `train`s meanwhile; writes nothing.
  ///
  /// - Parameters:
  ///   - steps: of the whole training, as on the first rank.
  ///   - resume: goes on from the folder's saved state, which the first rank sees, too.
  ///   - check: may throw to stop the training, which the first rank is told.
  public func serve(
    _ team: RankTeam, steps: Int?, resume: Bool = false, check: () throws -> Void = {}
  ) throws {
    if resume { try loop.resume() }
    let batches = prefetcher()
    model.setTraining(true)
    try team.serve { (request: RankRequest) in
      try check()
      switch request {
      case .weights: return try weightsChecksum()
      case .step(let step):
        guard step == loop.step else { throw TrainingError.ranksDiffer(what: "steps") }
        return try gradients(of: team, batch: try batches.next(), step: step)
      }
    } receive: { request, answers in
      guard case .step = request else { return }
      _ = try blocks.add(answers)
      loop.take(of: steps)
      if loop.step % 10 == 0 { try backend.synchronize() }
    }
  }

  private func prefetcher() -> Prefetcher<Batch> {
    Prefetcher(from: loop.step) { [loader] in try loader.batch(step: $0) }
  }

  /// Makes sure that all ranks begin with the same weights.
  private func compareWeights(with team: RankTeam) throws {
    guard blocks.count >= team.size else {
      throw TrainingError.fewBlocks(blocks.count, ranks: team.size)
    }
    let checksums = try team.share(RankRequest.weights, own: weightsChecksum)
    guard Set(checksums).count == 1 else { throw TrainingError.ranksDiffer(what: "weights") }
  }

  private func weightsChecksum() throws -> [UInt8] {
    var hash = SHA256()
    for parameter in model.parameters.parameters { hash.add(bitsOf: try parameter.exported()) }
    return Array("\(loop.step) \(hash.hexDigest)".utf8)
  }

  private func gradients(of team: RankTeam, batch: Batch, step: Int) throws -> [UInt8] {
    try blocks.bytes(of: blocks.share(of: team.rank, among: team.size)) {
      loss(of: $0, in: batch, step: step)
    }
  }

  /// A block's part of the loss of a batch.
  private func loss(of block: Int, in batch: Batch, step: Int) -> Tensor {
    let positions = blocks.samples(of: block, in: batch.count)
    let timesteps = timesteps(count: batch.count, step: step)
    let value = loss(batch.part(positions), timesteps: Array(timesteps[positions]), step: step)
    return blocks.count == 1 ? value : value * (Float(positions.count) / Float(batch.count))
  }

  private func loss(_ batch: Batch, timesteps: [Int], step: Int) -> Tensor {
    let images = Tensor(batch.pixels, shape: batch.tensorShape, on: backend)
    let noise = Tensor.empty(images.shape, on: backend)
    let streams = IndexTensor(batch.samples, shape: [batch.count], on: backend)
    backend.randomNormal(
      NoiseKey(
        seed: recipe.seed, step: UInt32(truncatingIfNeeded: step), purpose: .denoiserNoise),
      streams: streams.slice, rows: batch.count, columns: images.count / batch.count,
      into: noise.slice)
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

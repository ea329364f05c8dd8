import Autograd
import ComputeBackend
import Datasets
import Foundation
import NeuralNet
import Support
import Training

/// Trains the four networks of PD-AutoR's cycleGAN on flagged images and on those that are left,
/// which need not be pairs (§3.2).
///
/// Every step has a batch of clean images and one of poisoned images, drawn with replacement so
/// that there may be few. Batches, flips and first weights are functions of seed and step, so a
/// training that was stopped ends with the same bytes as one that was not.
public final class RestorationTrainer {
  public let networks: RestorationNetworks
  private let recipe: RestorationRecipe
  private let history: RestorationHistory
  private let batches: RestorationBatches
  private let loop: TrainingLoop
  private let backend: any ComputeBackend

  /// What is saved besides the optimizer.
  private final class Whole: Module {
    let parts: [any Module]
    init(_ parts: [any Module]) { self.parts = parts }
    func collectParameters(into list: inout ParameterList) {
      for part in parts { part.collectParameters(into: &list) }
    }
  }

  /// - Parameters:
  ///   - networks: are trained in place, from the weights that they have.
  ///   - clean: images taken for clean, at least two.
  ///   - poisoned: flagged images, at least one, of the same shape.
  ///   - stateFile: where a state to resume from is kept; `nil` for none.
  /// - Throws: `TrainingError` or `RestorationError` if the images do not do.
  public init(
    _ networks: RestorationNetworks, recipe: RestorationRecipe, clean: any LabelledImages,
    poisoned: any LabelledImages, stateFile: URL? = nil
  ) throws {
    guard clean.count >= 2 else {
      throw TrainingError.tooFewImages(count: clean.count, needed: 2)
    }
    guard poisoned.count >= 1 else {
      throw TrainingError.tooFewImages(count: poisoned.count, needed: 1)
    }
    for images in [clean, poisoned] where images.shape != networks.frame.shape {
      throw TrainingError.images(
        "images of \(images.shape) do not fit networks for \(networks.frame.shape)")
    }
    self.networks = networks
    self.recipe = recipe
    backend = networks.backend
    history = RestorationHistory(epochs: recipe.epochs, on: backend)
    batches = RestorationBatches(
      recipe, clean: clean, poisoned: poisoned, frame: networks.frame)
    loop = TrainingLoop(
      model: networks, partOf: Whole([networks, history]), recipe: recipe.optimizer,
      states: try stateFile.map { [backend] file in
        var identity = try TrainingIdentity(
          options: recipe, network: networks.frame.shape.description,
          images: try ImageConcatenation([clean, poisoned]), on: backend)
        try identity.add(fixed: networks)
        return (file, identity)
      })
  }

  /// Steps of the whole training.
  public var totalSteps: Int { recipe.epochs * batches.stepsPerEpoch }

  /// The mean of a loss in each epoch that is over.
  public func losses(_ loss: RestorationLoss) throws -> [Float] {
    try history.values(loss, epochs: loop.step / batches.stepsPerEpoch)
  }

  /// Trains all epochs, and leaves the averaged weights in `networks`.
  ///
  /// - Parameters:
  ///   - resume: goes on from the state file if there is one.
  ///   - progress: may throw to stop the training, whose state then is saved.
  ///   - afterEpoch: called after each epoch, counted from 1, with averaged weights in `networks`.
  /// - Throws: `TrainingError.diverged` if a loss is not a number any more,
  ///   `RestorationError.discriminatorWon` by `discriminatorsVictory`.
  public func train(
    resume: Bool = false, intervals: TrainingIntervals = .init(),
    progress: (RestorationProgress) throws -> Void = { _ in },
    afterEpoch: (_ epoch: Int) throws -> Void = { _ in }
  ) throws {
    if resume { try loop.resume() }
    let pairs = Prefetcher(from: loop.step) { [batches] in try batches.batches(step: $0) }
    let step = RestorationStep(networks: networks, weights: recipe.weights)
    var monitor = LossMonitor()
    let limits = TrainingLoop.Limits(
      steps: totalSteps, batchSize: batches.size, stepsPerEpoch: batches.stepsPerEpoch,
      intervals: intervals)
    try loop.run(limits) { _ in
      let pair = try pairs.next()
      let result = step(clean: tensor(pair.clean), poisoned: tensor(pair.poisoned))
      loop.arena.store(result.gradients)
      history.add(result.losses)
      monitor.add(result.losses)
      return withoutGradient { result.losses.sum() }
    } progress: { state in
      try progress(RestorationProgress(training: state, losses: try monitor.means() ?? []))
    } afterEpoch: { epoch in
      try history.end(epoch: epoch, steps: batches.stepsPerEpoch)
      try loop.average?.withAverages { try afterEpoch(epoch) }
      if let start = try Self.discriminatorsVictory(
        losses: losses(.cleanDiscriminator), stepsPerEpoch: batches.stepsPerEpoch)
      {
        throw RestorationError.discriminatorWon(since: start, epoch: epoch)
      }
    }
    loop.adoptAverage()
  }

  /// The epoch, from 1, since which D_cd has won outright: its loss has been below 0.01, which is
  /// 99.5 % certainty on both sides, for 10 epochs and 2,000 steps without a break; nil if it has
  /// not.
  package static func discriminatorsVictory(losses: [Float], stepsPerEpoch: Int) -> Int? {
    let won = losses.reversed().prefix { $0 < 0.01 }.count
    guard won >= 10, won * stepsPerEpoch >= 2_000 else { return nil }
    return losses.count - won + 1
  }

  private func tensor(_ batch: Batch) -> Tensor {
    Tensor(batch.pixels, shape: batch.tensorShape, on: backend)
  }
}

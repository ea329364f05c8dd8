import Autograd
import ComputeBackend
import Datasets
import Foundation
import Models
import NeuralNet

/// Trains a classifier by cross entropy.
///
///     let trainer = try ClassifierTrainer(network, recipe: recipe, images: dataset)
///     try trainer.train { print($0.line) }
///     let accuracy = try network.accuracy(on: testSet)
public final class ClassifierTrainer {
  public let network: any Classifier
  private let recipe: ClassifierRecipe
  private let loader: BatchLoader
  private let loop: TrainingLoop
  private let backend: any ComputeBackend
  private let lastLayerOnly: Bool

  /// - Parameters:
  ///   - network: is trained in place, from the weights that it has.
  ///   - lastLayerOnly: whether features stay as they are, so that a linear classifier of them is
  ///     trained.
  ///   - stateFile: where a state to resume from is kept; `nil` for none.
  /// - Throws: `TrainingError` if the images do not fit the network.
  public init(
    _ network: any Classifier, recipe: ClassifierRecipe, images: any LabelledImages,
    lastLayerOnly: Bool = false, stateFile: URL? = nil
  ) throws {
    try Self.check(images, fit: network)
    self.network = network
    self.recipe = recipe
    self.lastLayerOnly = lastLayerOnly
    backend = network.backend
    loader = BatchLoader(
      images, batchSize: recipe.batchSize, normalization: network.configuration.normalization,
      augmentation: recipe.augmentation, seed: recipe.seed)
    loop = TrainingLoop(
      model: lastLayerOnly ? network.head : network, recipe: recipe.optimizer,
      states: try stateFile.map { [backend] file in
        var identity = try TrainingIdentity(
          options: recipe, network: "\(network.configuration)", images: images, on: backend)
        if lastLayerOnly { try identity.add(fixed: network) }
        return (file, identity)
      })
  }

  private static func check(_ images: any LabelledImages, fit network: any Classifier) throws {
    let configuration = network.configuration
    guard images.shape.channels == configuration.inputChannels else {
      throw TrainingError.images(
        "images of \(images.shape.channels) channels do not fit a classifier of "
          + "\(configuration.inputChannels)")
    }
    guard images.classCount <= configuration.classes else {
      throw TrainingError.images(
        "\(images.classCount) classes do not fit a classifier of \(configuration.classes)")
    }
    guard images.count >= 2 else {
      throw TrainingError.tooFewImages(count: images.count, needed: 2)
    }
  }

  /// Trains all epochs; the network then is ready for evaluation, with averaged weights if asked
  /// for.
  ///
  /// - Parameters:
  ///   - resume: goes on from the state file if there is one.
  ///   - afterEpoch: called after each epoch, counted from 1, with the network set to evaluation;
  ///     in a resumed training not for those that the saved state has.
  /// - Throws: `TrainingError.diverged` when the loss becomes NaN; the last saved state stays.
  public func train(
    resume: Bool = false, intervals: TrainingIntervals = .init(),
    progress: (TrainingProgress) throws -> Void = { _ in },
    afterEpoch: ((_ epoch: Int) throws -> Void)? = nil
  ) throws {
    if resume { try loop.resume() }
    let batches = Prefetcher(from: loop.step) { [loader] in try loader.batch(step: $0) }
    let limits = TrainingLoop.Limits(
      steps: recipe.steps(perEpoch: loader.batchesPerEpoch), batchSize: loader.batchSize,
      stepsPerEpoch: loader.batchesPerEpoch, intervals: intervals)
    network.setTraining(!lastLayerOnly)
    defer { network.setTraining(false) }
    try loop.run(limits, progress: progress) {
      try inEvaluation($0, afterEpoch)
    } loss: { _ in
      let batch = try batches.next()
      let images = Tensor(batch.pixels, shape: batch.tensorShape, on: backend)
      let labels = IndexTensor(batch.labels, shape: [batch.count], on: backend)
      return softmaxCrossEntropy(logits(images), labels: labels).mean()
    }
    loop.adoptAverage()
  }

  private func inEvaluation(_ epoch: Int, _ body: ((Int) throws -> Void)?) throws {
    guard let body else { return }
    network.setTraining(false)
    defer { network.setTraining(!lastLayerOnly) }
    try body(epoch)
  }

  private func logits(_ images: Tensor) -> Tensor {
    guard lastLayerOnly else { return network.logits(images) }
    return network.head(withoutGradient { network.features(images) })
  }
}

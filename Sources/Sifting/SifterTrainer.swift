import Autograd
import ComputeBackend
import Datasets
import Foundation
import Models
import NeuralNet
import Support
import Training

/// Trains one sifter: passes of plain training, then as many with a meta-update of ψ at each step
/// (Meta-Sift, Algorithm 1).
final class SifterTrainer {
  enum Phase: Int, CaseIterable {
    case warmUp, metaUpdates

    var name: String {
      switch self {
      case .warmUp: "warming up"
      case .metaUpdates: "meta-updates"
      }
    }
  }

  let sifter: Sifter
  private let recipe: SifterRecipe
  private let seed: UInt64
  private let loader: BatchLoader
  private let loop: TrainingLoop
  private let weighting: ParameterArena
  private let backend: any ComputeBackend

  /// - Parameters:
  ///   - seed: this sifter's own.
  ///   - stateFile: where a state to go on from is kept; `nil` for none.
  init(
    _ recipe: SifterRecipe, images: any LabelledImages, seed: UInt64, stateFile: URL?,
    on backend: any ComputeBackend
  ) throws {
    self.recipe = recipe
    self.seed = seed
    self.backend = backend
    sifter = Sifter(recipe, for: images, seed: seed, on: backend)
    loader = BatchLoader(
      images, batchSize: recipe.batchSize(of: images.count),
      normalization: sifter.network.configuration.normalization,
      takesAll: true, seed: seed)
    loop = TrainingLoop(
      model: sifter.network, partOf: sifter, recipe: recipe.optimizer,
      states: try stateFile.map { [sifter] in
        (
          $0,
          try TrainingIdentity(
            options: Options(recipe: recipe, seed: seed),
            network: "\(sifter.network.configuration)", images: images, on: backend)
        )
      })
    weighting = ParameterArena(sifter.weighting.parameters.weights)
  }

  private struct Options: Encodable {
    var recipe: SifterRecipe
    var seed: UInt64
  }

  /// Passes over the images in either phase.
  var phaseEpochs: Int { recipe.phaseEpochs(of: loader.batchesPerEpoch) }

  private var phaseSteps: Int { phaseEpochs * loader.batchesPerEpoch }

  /// Goes on from the saved state, if there is one.
  func resume() throws { try loop.resume() }

  /// Trains to the end of a phase; θ then is ready for evaluation.
  ///
  /// - Parameter progress: is told how many passes over the images are done.
  /// - Throws: `TrainingError.diverged` when the loss becomes NaN; the last saved state stays.
  func train(
    to phase: Phase, intervals: TrainingIntervals = .init(),
    progress: (_ epochs: Double) throws -> Void = { _ in }
  ) throws {
    let batches = Prefetcher(from: loop.step) { [loader] in try loader.batch(step: $0) }
    let limits = TrainingLoop.Limits(
      steps: (phase.rawValue + 1) * phaseSteps, batchSize: loader.batchSize,
      stepsPerEpoch: loader.batchesPerEpoch, intervals: intervals)
    sifter.network.setTraining(true)
    defer { sifter.network.setTraining(false) }
    let epoch = Double(loader.batchesPerEpoch)
    try loop.run(
      limits, gradients: { try gradients(step: $0, of: try batches.next()) },
      progress: { try progress(Double($0.step) / epoch) })
  }

  /// Stores a step's gradients; returns its mean loss.
  private func gradients(step: Int, of batch: Batch) throws -> Tensor {
    let images = Tensor(batch.pixels, shape: batch.tensorShape, on: backend)
    let labels = IndexTensor(batch.labels, shape: [batch.count], on: backend)
    guard step >= phaseSteps else {
      let loss = sifter.losses(images, labels: labels).mean()
      loop.arena.backpropagate(loss)
      return loss
    }
    let metaStep = MetaStep(
      network: sifter.network, model: loop.arena, weighting: weighting,
      virtualRate: recipe.virtualRate, metaRate: recipe.metaRate,
      normalizes: recipe.isCompatible, isSampled: sampling(step: step),
      losses: { [sifter] in sifter.losses(images, labels: labels) },
      weights: { [sifter] in sifter.weighting.logits($0).sigmoid() })
    return try metaStep()
  }

  /// Which tensors of θ ψ feels: the last ones; of these the released code's untrained samplers
  /// open all but the last two, the final layer's, by chance.
  private func sampling(step: Int) -> [Bool] {
    var random = PhiloxGenerator(
      seed: seed, step: UInt32(truncatingIfNeeded: step), purpose: .gradientSampling)
    let count = loop.arena.parameters.count
    return (0..<count).map { tensor in
      guard tensor >= count - recipe.sampledTensors else { return false }
      guard recipe.isCompatible, tensor < count - 2 else { return true }
      return Bool.random(using: &random)
    }
  }
}

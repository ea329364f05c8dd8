import Autograd
import ComputeBackend
import Critic
import Datasets
import Foundation
import Models
import NeuralNet
import Runs
import Training

/// Perturbs untrusted images until their features are distributed like those of a reference set
/// (Huang, Gong, Reiter, "Mendata", Algorithm 1).
///
/// Features are computed once and again only for samples that moved, so Step I never touches
/// images. After each round the state is on disk: see `MendataState`.
final class MendataRounds {
  /// D^ut; a perturbation's number is the sample's number here.
  let untrusted: any LabelledImages
  let options: MendataOptions
  let store: PerturbationStore
  private let trainer: CriticTrainer
  private let extractors: FeatureExtractors
  /// Step II on each device, by a copy of the critic.
  private var steps: [PerturbationStep]
  /// f(D^rf), `[r, d]`.
  private let reference: Tensor
  /// f(x + δ) of all samples, `[n, d]`.
  private let purified: Tensor
  /// Spent in Step I by this process.
  private(set) var criticTime = Duration.zero
  private var state: MendataState
  private let folder: URL
  /// Images at once through the feature extractor; changes speed and memory only.
  private let batchSize: Int

  /// Restores what an earlier process left in `folder` and computes the features.
  ///
  /// - Parameter seed: of the critic's first weights and its mini-batches.
  init(
    untrusted: any LabelledImages, reference: any LabelledImages, extractors: FeatureExtractors,
    options: MendataOptions, seed: UInt64, folder: URL, batchSize: Int, run: Run
  ) throws {
    self.untrusted = untrusted
    self.options = options
    self.folder = folder
    self.batchSize = batchSize
    state = try MendataState.load(from: folder)
    store = try PerturbationStore(
      folder.appendingPathComponent(MendataState.perturbations),
      elements: untrusted.shape.byteCount, byteCount: state.perturbationBytes)
    self.extractors = extractors
    let critics = try extractors.devices.backends.map {
      try WassersteinCritic(
        features: extractors.first.featureCount, units: options.units,
        activation: options.activation, from: RandomWeights(seed: seed, on: $0))
    }
    var criticOptions = options.critic
    criticOptions.seed = seed
    trainer = CriticTrainer(critics[0], criticOptions)
    if !state.rounds.isEmpty { try trainer.restore(from: state.critic(in: folder)) }
    let stepSize = Float(options.stepSize ?? state.stepSize ?? 0)
    steps = zip(extractors.all, critics).map { extractor, critic in
      PerturbationStep(
        images: untrusted, extractor: extractor, critic: critic, stepSize: stepSize,
        sizePenalty: Float(options.sizePenalty))
    }
    var count = try run.count("reference features", of: reference.count)
    self.reference = try extractors.features(of: reference, batchSize: batchSize) { try count($0) }
    let moving = PerturbedSource(images: untrusted, store: store)
    count = try run.count("features", of: untrusted.count)
    purified = try extractors.features(
      count: untrusted.count, shape: untrusted.shape, batchSize: batchSize, pixels: moving.pixels
    ) { try count($0) }
  }

  var rounds: [MendataRound] { state.rounds }

  /// ⌊ρn⌋, the samples that a round moves.
  static func movedCount(_ options: MendataOptions, of samples: Int) -> Int {
    Int((options.share * Double(samples)).rounded(.down))
  }

  /// Runs to the end; each round is saved before it is told of.
  ///
  /// - Throws: `CriticError.diverged`; the last whole round stays saved.
  func run(
    progress: (MendataProgress) throws -> Void = { _ in },
    didEnd: (MendataRound) throws -> Void = { _ in }
  ) throws -> MendataEnd {
    while true {
      if let end = MendataEnd.reached(by: state.rounds, options) { return end }
      var current = MendataProgress(round: state.rounds.count + 1, perturbation: perturbation)
      let estimate = try trainCritic {
        current.checkpoint = $0
        try progress(current)
      }
      let squares = store.squaredNorms.values.reduce(0) { $0 + Double($1) }
      let objective =
        Double(estimate.distance) + options.sizePenalty * squares / Double(untrusted.count)
      let values = try trainer.values(purified)
      guard values.allSatisfy(\.isFinite) else {
        throw PurificationError.notFinite(
          what: "the critic's values in round \(current.round)", state: folder.path)
      }
      let selected = PerturbationStep.selected(
        values, count: Self.movedCount(options, of: untrusted.count))
      try chooseStepSize(for: selected)
      try move(selected) {
        current.moved = $0
        current.total = selected.count
        try progress(current)
      }
      let (mean, greatest) = perturbation
      let round = MendataRound(
        number: current.round, distance: Double(estimate.distance),
        penalty: Double(estimate.penalty), criticSteps: estimate.steps,
        hasConverged: estimate.hasConverged, objective: objective, moved: selected.count,
        meanPerturbation: mean, greatestPerturbation: greatest)
      state.rounds.append(round)
      try state.save(store, trainer, to: folder)
      try didEnd(round)
    }
  }

  /// Step I.
  private func trainCritic(
    progress: (CriticCheckpoint) throws -> Void
  ) throws -> CriticEstimate {
    let start = ContinuousClock.now
    defer { criticTime += ContinuousClock.now - start }
    do {
      return try trainer.run(purified: purified, reference: reference, progress: progress)
    } catch CriticError.diverged {
      throw PurificationError.notFinite(
        what: "the critic's loss in round \(state.rounds.count + 1)", state: folder.path)
    }
  }

  /// l_δ, given or found in the first round.
  var stepSize: Double? { options.stepSize ?? state.stepSize }

  /// Samples that the step size is measured on.
  private static let measuredSamples = 64

  private func chooseStepSize(for selected: [Int]) throws {
    guard stepSize == nil else { return }
    let measured = Array(selected.prefix(Self.measuredSamples))
    guard let found = try steps[0].stepSize(measured, moving: MendataOptions.usualStep) else {
      throw PurificationError.flatCritic
    }
    state.stepSize = found
    for device in steps.indices { steps[device].stepSize = Float(found) }
  }

  /// Step II for these samples.
  private func move(_ samples: [Int], progress: (_ moved: Int) throws -> Void) throws {
    for step in steps.dropFirst() { try step.critic.copyWeights(of: trainer.critic) }
    let (store, steps, size) = (store, steps, batchSize)
    let access = NSLock()
    var features: [Float] = []
    let columns = purified.shape[1]
    try extractors.devices.share(pieces: (samples.count + size - 1) / size) { device, piece in
      let batch = Array(samples[piece * size..<min((piece + 1) * size, samples.count)])
      let perturbations = try access.withLock { try store.perturbations(of: batch) }
      let moved = try steps[device].moved(batch, perturbations: perturbations)
      return (
        batch: batch, perturbations: try moved.perturbations.values(),
        features: try moved.features.values()
      )
    } receive: { moved in
      guard moved.perturbations.allSatisfy(\.isFinite) else {
        throw PurificationError.notFinite(
          what: "perturbations in round \(state.rounds.count + 1)", state: folder.path)
      }
      try access.withLock { try store.append(moved.perturbations, of: moved.batch) }
      features += moved.features
      try progress(features.count / columns)
    }
    for (row, sample) in samples.enumerated() {
      purified.backend.upload(
        Array(features[row * columns..<(row + 1) * columns]),
        to: purified.slice.range(from: sample * columns, count: columns))
    }
  }

  /// ‖δ‖∞ over all untrusted samples, mean and greatest, in 1/255.
  private var perturbation: (mean: Double, greatest: Double) {
    let values = store.greatest.sorted { $0.key < $1.key }.map { Double($0.value) * 255 }
    return (values.reduce(0, +) / Double(untrusted.count), values.max() ?? 0)
  }

  /// β·δ added to the images, which are then clipped (lines 28 to 31).
  var result: PerturbedSource {
    PerturbedSource(images: untrusted, store: store, scale: Float(options.amplification))
  }

  /// ℓ of the last critic when the perturbations are as they are, amplified, and in whole bytes.
  func finalDistances() throws -> MendataDistances {
    let result = result
    let (count, shape) = (untrusted.count, untrusted.shape)
    func distance(_ features: Tensor) throws -> Double {
      Double(try trainer.critic.distance(purified: features, reference: reference).item())
    }
    return MendataDistances(
      perturbed: try distance(purified),
      amplified: try distance(
        extractors.features(
          count: count, shape: shape, batchSize: batchSize, pixels: result.pixels)),
      quantized: try distance(
        extractors.features(
          count: count, shape: shape, batchSize: batchSize, bytes: result.images)))
  }
}

/// Where a run of Mendata is.
struct MendataProgress {
  var round: Int
  /// Mean and greatest ‖δ‖∞ before the round's Step II, in 1/255.
  var perturbation: (mean: Double, greatest: Double)
  /// The latest of Step I.
  var checkpoint: CriticCheckpoint?
  /// Samples moved in Step II, of how many.
  var moved = 0
  var total = 0

  init(round: Int, perturbation: (mean: Double, greatest: Double)) {
    self.round = round
    self.perturbation = perturbation
  }
}

/// ℓ(h) of the last critic on the way from perturbations to a dataset.
public struct MendataDistances: Hashable, Codable, Sendable {
  /// After the last round.
  public var perturbed: Double
  /// With β·δ, clipped.
  public var amplified: Double
  /// The same in bytes: what is written.
  public var quantized: Double
}

import Autograd
import ComputeBackend
import NeuralNet

/// Trains a critic until the distance it estimates has settled: Step I of Mendata.
///
/// Minimises −ℓ + ν·r by Adam. Mini-batches and shares are functions of seed and step, so equal
/// trainings on a backend end with equal bits, restored ones too. Steps never wait for the device;
/// a checkpoint does, once.
public final class CriticTrainer {
  public let critic: WassersteinCritic
  public let options: CriticOptions
  /// Steps since the critic was made, over all runs.
  public internal(set) var step = 0
  let optimizer: Adam
  private let weights: CriticWeights
  private let gradients: CriticWeights
  /// The numbers 0 ..< m: each pair's stream of random numbers.
  private let streams: IndexTensor
  private let shares: BufferSlice

  /// Moves the critic's weights into an arena, as variables.
  public init(_ critic: WassersteinCritic, _ options: CriticOptions = CriticOptions()) {
    self.critic = critic
    self.options = options
    let arena = ParameterArena(critic.parameters.weights)
    optimizer = Adam(arena)
    // The constant c has gradient 0, as the arena begins.
    weights = critic.slopeWeights(\.value.slice)
    gradients = critic.slopeWeights { arena.gradients(of: $0) }
    let pairs = options.batchSize
    streams = IndexTensor((0..<Int32(pairs)).map { $0 }, shape: [pairs], on: critic.backend)
    shares = critic.backend.makeBuffer(count: pairs)[pairs]
  }

  /// One step on the pairs `[2, m, d]`, purified samples before reference samples; does not wait.
  ///
  /// - Parameter values: `[2]`, receives ℓ and r of these pairs before the step.
  public func advance(_ pairs: Tensor, values: BufferSlice) {
    let shape = CriticShape(
      pairs: options.batchSize, features: critic.features, units: critic.units)
    critic.backend.randomUniform(
      NoiseKey(
        seed: options.seed, step: UInt32(truncatingIfNeeded: step), purpose: .criticShares),
      streams: streams.slice, rows: shape.pairs, columns: 1, into: shares)
    CriticGradient(
      critic.activation, shape, transportWeight: -1, penaltyWeight: options.penaltyWeight
    ).encode(
      weights, pairs: pairs.slice, shares: shares, gradients: gradients, values: values,
      on: critic.backend)
    optimizer.step(learningRate: options.learningRate, gradientScale: nil)
    step += 1
  }

  /// Trains on features `purified` `[n, d]` and `reference` `[r, d]` until ℓ over all of them has
  /// settled, or to the options' limit.
  ///
  /// - Parameter progress: called at each checkpoint.
  /// - Throws: `CriticError.diverged`.
  public func run(
    purified: Tensor, reference: Tensor, progress: (CriticCheckpoint) throws -> Void = { _ in }
  ) throws -> CriticEstimate {
    for features in [purified, reference] {
      precondition(
        features.shape.count == 2 && features.shape[0] > 0 && features.shape[1] == critic.features,
        "CriticTrainer: features of shape \(features.shape), not [n, \(critic.features)]")
    }
    var rule = ConvergenceRule(tolerance: options.tolerance, window: options.window)
    let start = step
    while true {
      let left = options.maximumSteps - (step - start)
      let checkpoint = try advance(
        steps: min(options.checkpointInterval, left), purified: purified, reference: reference)
      try progress(checkpoint)
      let hasConverged = rule.isMet(by: checkpoint.distance)
      let steps = step - start
      guard hasConverged || steps >= options.maximumSteps else { continue }
      return CriticEstimate(
        distance: checkpoint.distance, penalty: checkpoint.penalty, steps: steps,
        hasConverged: hasConverged)
    }
  }

  /// h of many rows `[N, d]`; waits for the device.
  public func values(_ features: Tensor) throws -> [Float] { try critic.values(features) }

  /// Steps on mini-batches, then ℓ over all: the only place that waits.
  private func advance(
    steps count: Int, purified: Tensor, reference: Tensor
  ) throws -> CriticCheckpoint {
    let (backend, m, d) = (critic.backend, options.batchSize, critic.features)
    let indices = draws(steps: count, purified: purified.shape[0], reference: reference.shape[0])
    // ℓ and r of each step, then ℓ over all.
    let values = backend.makeBuffer(count: 2 * count + 1)[2 * count + 1]
    let pairs = Tensor.empty([2, m, d], on: backend)
    for local in 0..<count {
      let rows = indices.rows(local..<local + 1).slice
      for (half, features) in [purified, reference].enumerated() {
        backend.gatherRows(
          features.slice, indices: rows.range(from: half * m, count: m), columns: d,
          into: pairs.slice.range(from: half * m * d, count: m * d))
      }
      advance(pairs, values: values.range(from: 2 * local, count: 2))
    }
    backend.copy(
      critic.distance(purified: purified, reference: reference).slice,
      into: values.range(from: 2 * count, count: 1))
    let found = try backend.downloadFloats(values)
    if let bad = found.firstIndex(where: { !$0.isFinite }) {
      // Weights that the last step broke show in ℓ over all.
      throw CriticError.diverged(step: step - count + min(bad / 2, count - 1))
    }
    let penalty = (0..<count).reduce(0) { $0 + found[2 * $1 + 1] } / Float(count)
    return CriticCheckpoint(step: step, distance: found[2 * count], penalty: penalty)
  }

  /// Rows of the next steps' mini-batches, `[steps, 2, m]`, drawn with replacement.
  private func draws(steps: Int, purified: Int, reference: Int) -> IndexTensor {
    let m = options.batchSize
    let rows = (step..<step + steps).flatMap { step in
      [purified, reference].enumerated().flatMap { half, count in
        (0..<(m + 3) / 4).flatMap { block in
          let words = Philox.words(
            counter: SIMD4(
              UInt32(block), UInt32(half), UInt32(truncatingIfNeeded: step),
              RandomPurpose.criticPairs.rawValue),
            key: options.seed)
          return (0..<4).map { Int32((UInt64(words[$0]) * UInt64(count)) >> 32) }
        }.prefix(m)
      }
    }
    return IndexTensor(rows, shape: [steps, 2, m], on: critic.backend)
  }
}

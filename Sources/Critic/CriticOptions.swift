import ComputeBackend

/// How a critic is trained and when that ends (Mendata, Algorithm 1 and §5.1.4).
public struct CriticOptions: Hashable, Sendable, Codable {
  /// Adam's step size, l_h.
  public var learningRate: Float
  /// Pairs in each step, m.
  public var batchSize: Int
  /// ν: how much the slope's distance from 1 weighs beside ℓ.
  ///
  /// A critic gains from a slope of up to 1 + W/(2ν), so the estimate exceeds a distance W by as
  /// much: 5 % at W = 1 and ν = 10. Scale the features, or ν, where that matters.
  public var penaltyWeight: Float
  /// Steps from one checkpoint of ℓ to the next, t.
  public var checkpointInterval: Int
  /// A run has converged when ℓ differs by less than this share from its mean over the window.
  public var tolerance: Float
  /// Checkpoints before the current one that make the mean.
  public var window: Int
  /// Steps after which a run ends without having converged.
  public var maximumSteps: Int
  /// Of the mini-batches and of the shares η.
  public var seed: UInt64

  public init(
    learningRate: Float = 1e-3, batchSize: Int = 256, penaltyWeight: Float = 10,
    checkpointInterval: Int = 20, tolerance: Float = 0.01, window: Int = 5,
    maximumSteps: Int = 2000, seed: UInt64 = 0
  ) {
    precondition(
      batchSize > 0 && checkpointInterval > 0 && window > 0 && maximumSteps > 0,
      """
      CriticOptions: batch size \(batchSize), interval \(checkpointInterval), window \(window), \
      \(maximumSteps) steps
      """)
    self.learningRate = learningRate
    self.batchSize = batchSize
    self.penaltyWeight = penaltyWeight
    self.checkpointInterval = checkpointInterval
    self.tolerance = tolerance
    self.window = window
    self.maximumSteps = maximumSteps
    self.seed = seed
  }
}

/// ℓ over the whole sets at one moment of a training.
public struct CriticCheckpoint: Hashable, Sendable {
  /// Steps since the critic was made, over all runs.
  public var step: Int
  /// ℓ = mean h(purified) − mean h(reference).
  public var distance: Float
  /// r = mean (‖∇h‖ − 1)², the mean over the steps since the last checkpoint.
  public var penalty: Float
}

/// What a run of training has found.
public struct CriticEstimate: Hashable, Sendable {
  /// ℓ over the whole sets: the estimate of their Wasserstein-1 distance.
  public var distance: Float
  /// r = mean (‖∇h‖ − 1)² over the last steps.
  public var penalty: Float
  /// Steps of this run.
  public var steps: Int
  /// False if the run ended at `CriticOptions.maximumSteps`.
  public var hasConverged: Bool
}

/// When ℓ has settled: within a share of the mean of the latest checkpoints before it.
package struct ConvergenceRule {
  private let tolerance: Float
  private let window: Int
  private var latest: [Float] = []

  package init(tolerance: Float, window: Int) {
    self.tolerance = tolerance
    self.window = window
  }

  /// Takes the next checkpoint and says whether it has settled.
  package mutating func isMet(by distance: Float) -> Bool {
    let mean = latest.reduce(0, +) / Float(max(latest.count, 1))
    let isMet = latest.count == window && abs(distance - mean) < tolerance * abs(mean)
    latest = latest.suffix(window - 1) + [distance]
    return isMet
  }
}

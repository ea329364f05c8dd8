/// The forward process x_t = √ᾱ_t·x₀ + √(1−ᾱ_t)·ε of a checkpoint, and what its network predicts.
///
/// Two ways of counting meet here. The network is told a *time step* t = 0 … N−1. The user counts
/// *noise steps*: the level after n noising steps is that of time step n−1, and level 0 is the
/// clean image. DataElixir's T=150 corrupts to level 150 and runs the network at t = 149 … 0.
public struct NoiseSchedule: Hashable, Sendable {
  /// What the network's output m stands for.
  public enum Prediction: String, CaseIterable, Sendable {
    /// The noise ε.
    case epsilon
    /// The clean image x₀.
    case sample
    /// v = √ᾱ·ε − √(1−ᾱ)·x₀ (Salimans and Ho, 2022).
    case velocity = "v_prediction"
  }

  /// The variance of ancestral sampling.
  ///
  /// The `log` kinds of diffusers are the same numbers.
  public enum Variance: String, CaseIterable, Sendable {
    /// β̃_t = (1−ᾱ_{t−1})/(1−ᾱ_t)·β_t
    case fixedSmall = "fixed_small"
    case fixedSmallLog = "fixed_small_log"
    /// β_t
    case fixedLarge = "fixed_large"
    case fixedLargeLog = "fixed_large_log"
    /// Between the two on a logarithmic scale, by the second half of the output's channels.
    case learnedRange = "learned_range"
  }

  public let betas: BetaSchedule
  /// ᾱ_t by time step.
  public let alphaBars: [Double]
  public var prediction: Prediction
  public var variance: Variance
  /// x̂₀ is limited to ±clip by every sampler; `nil` for no limit.
  public var clip: Double?
  /// What the network is told of a time step is the step times this.
  public var timestepScale = 1.0
  /// Whether DDIM takes ε from the clipped x̂₀, as OpenAI's programs do, not from the output.
  public var takesNoiseFromClipped = false
  /// The network was trained on time steps below this one; `nil` if not known.
  public var trainedTimesteps: Int?

  /// - Precondition: every β is in (0, 1).
  public init(
    _ betas: BetaSchedule, count: Int = 1000, prediction: Prediction = .epsilon,
    variance: Variance = .fixedSmall, clip: Double? = 1, trainedTimesteps: Int? = nil
  ) {
    self.betas = betas
    var product = 1.0
    alphaBars = betas.betas(count: count).map { beta in
      precondition(beta > 0 && beta < 1, "NoiseSchedule: β = \(beta) is outside (0, 1)")
      product *= 1 - beta
      return product
    }
    self.prediction = prediction
    self.variance = variance
    self.clip = clip
    self.trainedTimesteps = trainedTimesteps
  }

  /// The schedule in which noise steps count, whatever the checkpoint's own: linear, 1000 steps.
  public static let reference = NoiseSchedule(.linear(start: 1e-4, end: 0.02))

  /// ᾱ after that many noising steps; 1 after none.
  public func alphaBar(level: Int) -> Double {
    precondition(
      level >= 0 && level <= alphaBars.count,
      "NoiseSchedule.alphaBar: level \(level) is outside 0...\(alphaBars.count)")
    return level == 0 ? 1 : alphaBars[level - 1]
  }

  /// The time step whose ᾱ is closest to `target`.
  public func timestep(closestTo target: Double) -> Int {
    // ᾱ falls strictly: the first that is not above the target, or the one before it.
    var low = 0
    var high = alphaBars.count - 1
    while low < high {
      let middle = (low + high) / 2
      if alphaBars[middle] > target { low = middle + 1 } else { high = middle }
    }
    let isCloserBefore =
      low > 0 && alphaBars[low - 1] - target < abs(target - alphaBars[low])
    return isCloserBefore ? low - 1 : low
  }
}

import Datasets
import Training

/// How poisons are made by gradient matching; the defaults are those of Witches' Brew.
public struct GradientMatchingOptions: Sendable, Hashable, Codable {
  /// Which images of the target class become poisons.
  public enum Choice: String, Sendable, Codable, CaseIterable {
    /// A seeded choice (Witches' Brew).
    case random
    /// Those with the greatest gradients (Sleeper Agent).
    case gradient
  }

  /// The share of all N samples.
  public var rate = 0.01
  public var choice = Choice.random
  /// ε, how far a byte may move.
  public var epsilon = 16
  public var iterations = 250
  /// Attempts from other random perturbations, of which the best is kept; officially 8.
  public var restarts = 2
  /// The surrogate is trained again, on the poisons as they are, after every so many iterations
  /// (Sleeper Agent: 50); `nil` for never.
  public var retrainingInterval: Int?
  /// Adam's step in gray levels.
  ///
  /// The official one is τ = 0.1 for normalised pixels, whose unit is about 0.25·255 levels.
  public var step: Float = 6.4
  /// Random changes that perturbations shall survive, as in the victim's training.
  public var augmentation = Augmentation.none
  public var seed: UInt64 = 0

  public init() {}

  /// Throws `ParameterError` for numbers that make no attack.
  func validate() throws {
    try PoisonSelection(rate: rate).validate()
    guard (1...255).contains(epsilon) else {
      throw ParameterError("epsilon", epsilon, "a byte moves by 1 to 255")
    }
    for (name, value) in [
      ("iterations", iterations), ("restarts", restarts),
      ("retrainingInterval", retrainingInterval ?? 1),
    ] where value < 1 { throw ParameterError(name, value, "it must be at least 1") }
    guard step > 0, step.isFinite else {
      throw ParameterError("step", step, "it must be a number above 0")
    }
  }

  /// Whether the surrogate is trained again when `done` iterations of an attempt are.
  package func retrains(after done: Int) -> Bool {
    guard let retrainingInterval else { return false }
    return done < iterations && done % retrainingInterval == 0
  }

  /// The step's factor: divided by 10 at iterations/2.667, /1.6 and /1.142.
  package func decay(iteration: Int) -> Float {
    [2.667, 1.6, 1.142].reduce(1) { factor, part in
      Double(iteration) < (Double(iterations) / part).rounded(.down) ? factor : factor * 0.1
    }
  }
}

import ComputeBackend
import Critic

/// What a user chooses of Mendata (Huang, Gong, Reiter, Algorithm 1).
public struct MendataOptions: Hashable, Codable, Sendable {
  /// Rounds of Step I and Step II at most.
  public var rounds = 30
  /// Ends when the objective of so many latest rounds is above the least so far.
  public var patience = 5
  /// ρ, the share of the untrusted samples that a round moves.
  public var share = 0.05
  /// l_δ: how far a sample moves down the critic's slope, for pixels in [0, 1] and a loss of its
  /// own; nil to choose it so that the samples of the first round move by `usualStep`.
  ///
  /// How steep the slope is depends on the features by orders of magnitude, so no number suits all.
  /// The paper has 2 for CIFAR-10, 10 for TinyImageNet (§5.2).
  public var stepSize: Double?
  /// λ, the weight of ‖δ‖₂² in a sample's loss.
  public var sizePenalty = 0.0
  /// β: the perturbations are multiplied by it at the end.
  public var amplification = 2.0
  /// Ends when the mean of ‖δ‖∞ over the untrusted samples reaches it, in 1/255; nil for never.
  public var budget: Double?
  public var critic = CriticOptions()
  public var activation = CriticActivation.relu
  /// H, units of the critic; nil for as many as features.
  public var units: Int?

  /// Mean ‖δ‖∞ of the samples that the first round moves, in 1/255.
  public static let usualStep = 4.0

  /// The paper's values, but for the step size, for images of a side: CIFAR's up to 32 pixels,
  /// TinyImageNet's above (§5.2).
  public init(imageSide: Int) {
    guard imageSide > 32 else { return }
    share = 0.1
    critic.checkpointInterval = 1
  }
}

/// What a round of Mendata found and did.
public struct MendataRound: Hashable, Codable, Sendable {
  /// From 1.
  public var number: Int
  /// ℓ(h) after Step I: the distance between purified and reference features as the critic sees it.
  public var distance: Double
  /// r(h), how far the critic's slopes are from 1.
  public var penalty: Double
  public var criticSteps: Int
  /// False if Step I ended at its limit of steps.
  public var hasConverged: Bool
  /// ℓ(h) + λ · mean ‖δ‖₂², before Step II.
  public var objective: Double
  /// Samples that Step II moved.
  public var moved: Int
  /// Mean of ‖δ‖∞ over all untrusted samples after Step II, in 1/255.
  public var meanPerturbation: Double
  /// The greatest ‖δ‖∞, in 1/255.
  public var greatestPerturbation: Double

  package init(
    number: Int, distance: Double, penalty: Double, criticSteps: Int, hasConverged: Bool,
    objective: Double, moved: Int, meanPerturbation: Double, greatestPerturbation: Double
  ) {
    self.number = number
    self.distance = distance
    self.penalty = penalty
    self.criticSteps = criticSteps
    self.hasConverged = hasConverged
    self.objective = objective
    self.moved = moved
    self.meanPerturbation = meanPerturbation
    self.greatestPerturbation = greatestPerturbation
  }
}

/// Why Mendata's rounds ended.
public enum MendataEnd: String, Codable, Sendable {
  case rounds = "the limit of rounds"
  case patience = "the objective rose above its least value for as many rounds as the patience"
  case budget = "the mean perturbation reached the budget"

  /// The reason to end after these rounds, if there is one.
  package static func reached(by rounds: [MendataRound], _ options: MendataOptions) -> MendataEnd? {
    if let budget = options.budget, let last = rounds.last, last.meanPerturbation >= budget {
      return .budget
    }
    let objectives = rounds.map(\.objective)
    let latest = objectives.suffix(options.patience)
    if let least = objectives.dropLast(options.patience).min(),
      latest.count == options.patience, latest.allSatisfy({ $0 > least })
    {
      return .patience
    }
    return rounds.count >= options.rounds ? .rounds : nil
  }
}

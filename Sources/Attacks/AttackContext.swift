import Models
import Training

/// What an attack may use besides the dataset, and whom it tells how far it is.
public struct AttackContext {
  /// Makes the model that the attacker knows, when it is needed.
  public var surrogate: (() throws -> Surrogate)?
  public var progress: (AttackProgress) throws -> Void

  public init(
    surrogate: (() throws -> Surrogate)? = nil,
    progress: @escaping (AttackProgress) throws -> Void = { _ in }
  ) {
    self.surrogate = surrogate
    self.progress = progress
  }
}

/// A model that the attacker knows, instead of the victim's.
public struct Surrogate {
  public var network: any Classifier
  /// Where it is from, for messages.
  public var name: String
  /// How it is trained again, if the attack wants that; each time with another seed.
  public var retraining: ClassifierPlan?
  /// Whether the poisoned copy keeps it as `surrogate.safetensors`.
  public var isKept: Bool

  public init(
    _ network: any Classifier, name: String, retraining: ClassifierPlan? = nil,
    isKept: Bool = false
  ) {
    self.network = network
    self.name = name
    self.retraining = retraining
    self.isKept = isKept
  }
}

/// How far an attack's search is.
public struct AttackProgress: Sendable {
  /// Iterations done, of all attempts.
  public var iteration = 0
  public var total: Int
  /// What the search maximizes, as it is in the present attempt.
  public var objective: Float = 0
  /// While the surrogate is trained again.
  public var retraining: TrainingProgress?
}

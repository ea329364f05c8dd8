import Models
import Training

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

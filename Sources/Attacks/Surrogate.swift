import Datasets
import Foundation
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

  /// Throws `AttackError.surrogate` if the model does not fit the images.
  func check(_ images: any LabelledImages) throws {
    if let reason = network.configuration.mismatch(with: images) {
      throw AttackError.surrogate(path: name, reason: reason)
    }
  }

  /// Writes `surrogate.safetensors` if the copy keeps it.
  func writeFiles(_ folder: String) throws {
    guard isKept else { return }
    let file = URL(fileURLWithPath: folder).appendingPathComponent("surrogate.safetensors")
    try ClassifierFile.save(network, to: file)
  }
}

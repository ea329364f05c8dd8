/// Why a dataset cannot be poisoned, or what came with a poisoned one cannot be used.
///
/// Values of parameters that cannot be used are `ParameterError`s.
public enum AttackError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A picture of a pattern or a target.
  case picture(path: String, reason: String)
  /// A file of a trigger.
  case trigger(path: String, reason: String)
  case manifest(path: String, reason: String)
  /// No image can be attacked: all have the label that the attacker wants, or none is of the
  /// source.
  case nothingToAttack(path: String, target: Int)
  /// A model that does not fit the dataset.
  case surrogate(path: String, reason: String)
  /// Images that the attack is not made for.
  case unsuitableImages(path: String, reason: String)
  /// The surrogate's gradients are not numbers, or all zero.
  case noGradient

  public var description: String {
    switch self {
    case .picture(let path, let reason):
      "\(path): \(reason); give another picture"
    case .trigger(let path, let reason):
      "\(path): \(reason); give another trigger"
    case .manifest(let path, let reason):
      "\(path): \(reason); give the manifest that was written beside the poisoned dataset"
    case .nothingToAttack(let path, let target):
      "\(path): no image can be attacked with the target \(target); choose another target or source"
    case .surrogate(let path, let reason):
      "\(path): \(reason); give a model made for such images"
    case .unsuitableImages(let path, let reason):
      "\(path): \(reason); choose another attack"
    case .noGradient:
      "the surrogate's gradients are zero or not numbers; check its weights"
    }
  }
}

import Datasets

/// What an attacker wants of a model that is trained on the poisoned dataset.
public enum AttackGoal: Sendable {
  /// Images with the trigger get the labels that the mapping says.
  case trigger(Trigger, LabelMapping)
  /// One image, as it is, gets another label.
  case image(TargetImage)

  /// Such as `all-to-one`, or `one-image`.
  public var name: String {
    switch self {
    case .trigger(_, let labels): labels.name
    case .image: "one-image"
    }
  }

  /// The label that all attacked images get; `nil` if it depends on theirs.
  public var target: Int32? {
    switch self {
    case .trigger(_, let labels): labels.target
    case .image(let image): image.intended
    }
  }
}

import Datasets

/// What an attacker wants of a model that is trained on the poisoned dataset.
public enum AttackGoal: Sendable {
  /// Images with the trigger get the labels that the mapping says.
  case trigger(Trigger, LabelMapping)
  /// The same of each of several triggers.
  case triggers([(trigger: Trigger, labels: LabelMapping)])
  /// One image, as it is, gets another label.
  case image(TargetImage)
  /// Images as they are get the labels that the mapping says.
  case labels(LabelMapping)
  /// Labels are wrong more often; no image and no label is meant in particular.
  case inaccuracy

  /// Such as `all-to-one`, or `one-image`.
  public var name: String {
    switch self {
    case .trigger(_, let labels), .labels(let labels): labels.name
    case .triggers: "several targets"
    case .image: "one-image"
    case .inaccuracy: "random labels"
    }
  }

  /// The label that all attacked images get; `nil` if it depends on theirs.
  public var target: Int32? {
    switch self {
    case .trigger(_, let labels), .labels(let labels): labels.target
    case .image(let image): image.intended
    case .triggers, .inaccuracy: nil
    }
  }
}

/// The labels that an attacker wants for images with the trigger.
public enum LabelMapping: Sendable, Equatable {
  /// Every image gets one label.
  case allToOne(target: Int32)
  /// Images of one class get one label.
  case oneToOne(source: Int32, target: Int32)
  /// y becomes (y + 1) mod K.
  case allToAll

  public func poisonedLabel(of label: Int32, classCount: Int) -> Int32 {
    switch self {
    case .allToOne(let target): target
    case .oneToOne(let source, let target): label == source ? target : label
    case .allToAll: (label + 1) % Int32(classCount)
    }
  }

  /// Whether an image of this label counts for the attack success rate: not if it is the target's.
  public func isAttackable(_ label: Int32) -> Bool {
    switch self {
    case .allToOne(let target): label != target
    case .oneToOne(let source, _): label == source
    case .allToAll: true
    }
  }

  /// The label that all attacked images get; `nil` if it depends on theirs.
  public var target: Int32? {
    switch self {
    case .allToOne(let target), .oneToOne(_, let target): target
    case .allToAll: nil
    }
  }
}

/// The labels that an attacker gives to images with the trigger.
public enum LabelMapping: Sendable, Equatable {
  /// Every poisoned image gets one label.
  case allToOne(target: Int32)
  /// y becomes (y + 1) mod K.
  case allToAll

  public func poisonedLabel(of label: Int32, classCount: Int) -> Int32 {
    switch self {
    case .allToOne(let target): target
    case .allToAll: (label + 1) % Int32(classCount)
    }
  }

  /// Whether an image of this label counts for the attack success rate: not if it is the target's.
  public func isAttackable(_ label: Int32) -> Bool {
    switch self {
    case .allToOne(let target): label != target
    case .allToAll: true
    }
  }
}

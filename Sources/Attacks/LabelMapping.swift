import Datasets

/// The labels that an attacker wants for images with the trigger.
public enum LabelMapping: Sendable, Hashable, Codable {
  /// Every image gets one label.
  case allToOne(target: Int32)
  /// Images of one class get one label.
  case oneToOne(source: Int32, target: Int32)
  /// y becomes (y + 1) mod K.
  case allToAll
  /// Every image gets one of several labels, which its trigger decides.
  case toOneOf(targets: [Int32])

  /// Such as `all-to-one`.
  public var name: String {
    switch self {
    case .allToOne: "all-to-one"
    case .oneToOne: "one-to-one"
    case .allToAll: "all-to-all"
    case .toOneOf: "several targets"
    }
  }

  /// The new label, unless a trigger decides it.
  public func poisonedLabel(of label: Int32, classCount: Int) -> Int32 {
    switch self {
    case .allToOne(let target): target
    case .oneToOne(let source, let target): label == source ? target : label
    case .allToAll: (label + 1) % Int32(classCount)
    case .toOneOf: preconditionFailure("LabelMapping: the trigger decides among several targets")
    }
  }

  /// Whether an image of this label counts for the attack success rate: not if it is the target's.
  public func isAttackable(_ label: Int32) -> Bool {
    switch self {
    case .allToOne(let target): label != target
    case .oneToOne(let source, _): label == source
    case .allToAll: true
    case .toOneOf(let targets): !targets.contains(label)
    }
  }

  /// The label that all attacked images get; `nil` if it depends on theirs.
  public var target: Int32? {
    switch self {
    case .allToOne(let target), .oneToOne(_, let target): target
    case .allToAll, .toOneOf: nil
    }
  }

  /// Throws `ParameterError` unless the labels are of so many classes.
  func validate(classCount: Int) throws {
    if case .toOneOf(let targets) = self {
      for target in targets { try Self.validate(target, "targets", classCount: classCount) }
      guard targets.count > 1, Set(targets).count == targets.count else {
        throw ParameterError("targets", "\(targets)", "give at least two labels, all different")
      }
    }
    if let target { try Self.validate(target, "target", classCount: classCount) }
    if case .oneToOne(let source, let target) = self {
      try Self.validate(source, "source", classCount: classCount)
      if source == target {
        throw ParameterError("source", source, "this is the target; choose another class")
      }
    }
  }

  /// Throws `ParameterError` unless there is a class of this label.
  static func validate(_ label: Int32, _ parameter: String, classCount: Int) throws {
    guard (0..<classCount).contains(Int(label)) else {
      throw ParameterError(
        parameter, label, "the dataset has the classes 0 to \(classCount - 1); choose one of them")
    }
  }
}

import Datasets

/// An attack that gives some samples the labels of a mapping.
public protocol MappedAttack: Attack {
  var labels: LabelMapping { get }
  var selection: PoisonSelection { get }
  /// Throws `ParameterError` unless the attack's own parameters can be used.
  func validate() throws
}

extension MappedAttack {
  public func validate() throws {}

  public func validate(classCount: Int) throws {
    try validate()
    try selection.validate()
    try labels.validate(classCount: classCount)
    if case .toOneOf(let targets) = labels, !(self is any VariedTriggerAttack) {
      throw ParameterError("targets", "\(targets)", "this attack has one trigger, for one target")
    }
  }

  public func poisonedLabel(of label: Int32, classCount: Int) -> Int32? {
    let labels = poisonedLabels(of: label, classCount: classCount)
    return labels.count == 1 ? labels[0] : nil
  }

  public func poisonedLabels(of label: Int32, classCount: Int) -> [Int32] {
    guard selection.isEligible(label, labels) else { return [] }
    if case .toOneOf(let targets) = labels { return targets }
    return [labels.poisonedLabel(of: label, classCount: classCount)]
  }
}

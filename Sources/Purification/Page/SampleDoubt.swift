/// Why a person should look at a sample.
public struct SampleDoubt: Equatable, Sendable {
  /// From 0, none, to 1.
  public var weight: Double
  public var reason: String
}

extension PurifiedRow {
  /// How doubtful the sample's fate is; nil if nothing speaks against it.
  ///
  /// Those come first that may still carry a trigger, then those whose label every restoration
  /// denies, then those whose restorations disagree, then those that were changed, the more the
  /// further their new image is from the old one.
  public func doubt(classNames: [String]) -> SampleDoubt? {
    let top = shares.first
    if isChanged {
      guard let distance = Double(self["distance"]), distance > 0 else { return nil }
      return SampleDoubt(
        weight: 0.1 * distance / (1 + distance), reason: "was repaired; is the new image right?")
    }
    switch self["evidence"] {
    case "carrier":
      return SampleDoubt(weight: 1, reason: "carries a trigger, but could not be repaired")
    case "uncleared":
      return SampleDoubt(
        weight: 0.8 + 0.1 * (top?.share ?? 0),
        reason: "moves in a target class, and nothing shows that it is free of the trigger")
    default: break
    }
    guard let top, classNames.indices.contains(top.label) else { return nil }
    let name = classNames[top.label]
    switch self["verdict"] {
    case Verdict.poisoned.rawValue:
      return SampleDoubt(
        weight: 0.7, reason: "every restoration is called \(name): perhaps a wrong label")
    case Verdict.suspicious.rawValue where top.label != labels.old:
      return SampleDoubt(
        weight: 0.3 + 0.3 * top.share, reason: "most restorations are called \(name)")
    case Verdict.suspicious.rawValue:
      return SampleDoubt(
        weight: 0.1 + 0.2 * (1 - top.share), reason: "its restorations do not agree")
    default: return nil
    }
  }
}

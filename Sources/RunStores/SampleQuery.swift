/// Which samples to read, in what order.
public struct SampleQuery: Hashable, Sendable {
  public enum Order: String, CaseIterable, Sendable {
    /// By their place in the dataset.
    case place
    /// Those first whose candidates disagree most; those without candidates last.
    case doubt
    /// Those first whose image changed most.
    case change
  }

  /// Samples of this label in the dataset; nil for all.
  public var label: Int?
  /// Samples with this verdict; nil for all.
  public var verdict: String?
  /// Only samples of which label or image changed, or which were left out.
  public var changed = false
  /// Only samples without a decision that stands.
  public var undecided = false
  public var order = Order.place
  public var offset = 0
  /// nil for all.
  public var limit: Int?

  public init(
    label: Int? = nil, verdict: String? = nil, changed: Bool = false, undecided: Bool = false,
    order: Order = .place, offset: Int = 0, limit: Int? = nil
  ) {
    self.label = label
    self.verdict = verdict
    self.changed = changed
    self.undecided = undecided
    self.order = order
    self.offset = offset
    self.limit = limit
  }
}

/// How much poison a selected subset has, and compared with a random choice (Meta-Sift, §5.1).
public struct ContaminationRate: Equatable, Sendable {
  /// CR: the share of poisoned samples in the subset; nil if it is empty.
  public let rate: Double?
  /// NCR: CR divided by that of a random choice of as many samples of each class, above 1 if it is
  /// worse; nil if that is 0.
  public let normalized: Double?

  /// - Parameters:
  ///   - selected: distinct samples.
  ///   - labels: of all samples.
  public init(of selected: [Int], labels: [Int32], poisoned: Set<Int>) {
    let count = Double(selected.count)
    rate = selected.isEmpty ? nil : Double(selected.count { poisoned.contains($0) }) / count
    let quotas = Dictionary(grouping: selected) { labels[$0] }.mapValues(\.count)
    let expected = ClassMembers(labels.indices, labels: labels).classes.reduce(0.0) {
      let share = Double($1.samples.count { poisoned.contains($0) }) / Double($1.samples.count)
      return $0 + share * Double(quotas[$1.label] ?? 0)
    }
    let random = expected / max(count, 1)
    normalized = random > 0 ? rate.map { $0 / random } : nil
  }
}

import Datasets

/// Flags a number of the worst samples of a class, for methods that assume a share of poison.
package struct WorstOfClasses {
  private let badness: [Double?]
  private let values: [Float?]
  private let labels: [Int32]
  private let members: [Int: [Int]]

  /// - Parameter badness: by sample, the worse the higher, finite; nil where it has none.
  package init(badness: [Double?], labels: [Int32]) {
    self.badness = badness
    self.labels = labels
    values = Ranks.scores(badness: badness)
    members = Dictionary(
      uniqueKeysWithValues: ClassMembers(labels.indices, labels: labels).classes
        .map { (Int($0.label), $0.samples) })
  }

  /// Throws `ParameterError` unless there is no rate, or one that leaves a rest.
  package static func check(_ expectedRate: Double?) throws {
    guard let expectedRate, !(expectedRate > 0 && expectedRate <= 0.5) else { return }
    throw ParameterError("expectedRate", expectedRate, "use a share above 0, at most 0.5")
  }

  /// ⌊1.5·ε·n⌋ of a class of n samples: half as many again as are expected.
  package func count(label: Int, rate: Double) -> Int {
    Self.count(rate: rate, of: members[label]?.count ?? 0)
  }

  /// The same, but at most half of the class.
  package func countUpToHalf(label: Int, rate: Double) -> Int {
    min(count(label: label, rate: rate), (members[label]?.count ?? 0) / 2)
  }

  static func count(rate: Double, of samples: Int) -> Int {
    // Where rounding has made a whole number a little less.
    Int(1.5 * rate * Double(samples) * (1 + 1e-12))
  }

  /// A verdict whose threshold lies between a class's `count` worst samples and the others; equal
  /// ones stay together, unflagged.
  package func verdict(
    label: Int, count: Int, statistic: Double? = nil, null: Double? = nil, isSuspicious: Bool,
    reason: String
  ) -> ClassVerdict {
    let samples = members[label] ?? []
    let sorted = samples.compactMap { values[$0] }.sorted()
    let threshold: Float? =
      if sorted.isEmpty {
        nil
      } else if count >= sorted.count {
        sorted[sorted.count - 1].nextUp
      } else {
        count == 0 ? sorted[0] : (sorted[count - 1] + sorted[count]) / 2
      }
    return ClassVerdict(
      count: samples.count, statistic: statistic, null: null, threshold: threshold,
      isSuspicious: isSuspicious, reason: reason)
  }

  /// Scores by rank, with these verdicts by label.
  package func scores(
    _ verdicts: [ClassVerdict], classNames: [String], perClass: Int?,
    unscoredReason: String? = nil, columns: [EvidenceColumn]
  ) throws -> SampleScores {
    try SampleScores(
      values, of: labels, verdicts: verdicts, classNames: classNames, perClass: perClass,
      unscoredReason: unscoredReason, columns: columns)
  }
}

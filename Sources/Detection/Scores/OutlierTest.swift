import Support

/// Which classes have too many bad samples, and which samples are bad, without ground truth
/// (`OutlierTest` never looks at one).
///
/// Each class proposes a limit, the median of its badness and 3·1.4826 times the median absolute
/// deviation (three standard deviations of a normal distribution); the median over the classes is
/// the limit for all. It survives a class that is mostly poison, and poison in a tenth of every
/// class. A class is suspicious if more of its samples lie above the limit than the median class's
/// share explains, by 5 binomial standard deviations, or if an absolute test of the detector's own
/// fires. Badness must have the same scale in all classes; without a spread in at least half of
/// them there is no verdict.
public struct OutlierTest: Equatable, Sendable {
  /// The limit; nil if too few classes have a spread.
  public let limit: Double?
  /// By label.
  public let classes: [ClassVerdict]
  /// Samples of suspicious classes above the limit, ascending.
  public let flagged: [Int]

  /// Binomial standard deviations from which a class is suspicious.
  public static let deviations = 5.0
  /// Normal standard deviations from the median of a class's badness to its limit.
  public static let spread = 3.0
  /// The standard deviation of a normal distribution in terms of its median absolute deviation.
  public static let normalScale = 1.4826

  /// - Parameters:
  ///   - badness: by sample, the worse the higher, finite; nil where it has none.
  ///   - absolute: classes in which an absolute test fires, with its words.
  public init(
    badness: [Double?], labels: [Int32], classCount: Int, absolute: [Int: String] = [:]
  ) {
    precondition(
      badness.count == labels.count && badness.allSatisfy { $0?.isFinite ?? true },
      "OutlierTest: \(badness.count) numbers for \(labels.count) labels, or not finite")
    var members = [[Double]](repeating: [], count: classCount)
    var counts = [Int](repeating: 0, count: classCount)
    for (value, label) in zip(badness, labels) {
      counts[Int(label)] += 1
      if let value { members[Int(label)].append(value) }
    }
    let limits = members.compactMap(Self.limit)
    let isKnown = 2 * limits.count >= members.count { !$0.isEmpty }
    limit = isKnown ? Median.of(limits) : nil
    guard let limit else {
      classes = counts.map {
        ClassVerdict(count: $0, isSuspicious: false, reason: "too few classes have a spread")
      }
      flagged = []
      return
    }
    let exceeding = members.map { $0.count { $0 > limit } }
    let expected =
      Median.of(
        members.indices.filter { !members[$0].isEmpty }.map {
          Double(exceeding[$0]) / Double(members[$0].count)
        }) ?? 0
    let threshold = Self.score(limit, among: badness)
    classes = counts.indices.map { label in
      Self.verdict(
        count: counts[label], scored: members[label].count, exceeding: exceeding[label],
        expected: expected, threshold: threshold, absolute: absolute[label])
    }
    flagged = ClassVerdict.flagged(
      Ranks.scores(badness: badness), labels: labels, verdicts: classes)
  }

  /// A class's own limit; nil without spread.
  private static func limit(_ values: [Double]) -> Double? {
    guard let median = Median.of(values),
      let deviation = Median.of(values.map { abs($0 - median) }), deviation > 0
    else { return nil }
    return median + spread * normalScale * deviation
  }

  private static func verdict(
    count: Int, scored: Int, exceeding: Int, expected: Double, threshold: Float, absolute: String?
  ) -> ClassVerdict {
    let share = scored > 0 ? Double(exceeding) / Double(scored) : nil
    var verdict = ClassVerdict(
      count: count, statistic: share, null: expected, threshold: threshold,
      isSuspicious: absolute != nil, reason: absolute ?? "no sample has a score")
    guard let share else { return verdict }
    // At least one sample in the class: no share of chance is known to be less.
    let null = max(expected, 1 / Double(scored))
    let excess = (share - null) / (null * (1 - null) / Double(scored)).squareRoot()
    let found =
      "\(NumberFormat.percent(share)) above the limit, \(NumberFormat.percent(expected)) in the "
      + "median class"
    if null < 1, excess > deviations {
      verdict.isSuspicious = true
      verdict.reason = absolute.map { "\(found); \($0)" } ?? found
    } else {
      verdict.reason = absolute ?? found
    }
    return verdict
  }

  /// The score between those of the badness up to the limit and those above it.
  private static func score(_ limit: Double, among badness: [Double?]) -> Float {
    let known = badness.compactMap { $0 }
    let below = known.count { $0 <= limit }
    return Float(1 - (Double(below) - 0.5) / Double(max(known.count - 1, 1)))
  }
}

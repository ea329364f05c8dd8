/// How the verdicts of several detectors become one.
///
/// Every detector has one vote, or as many as `weights` says. A class is suspicious if those that
/// hold it for suspicious have at least `gate` votes. Of its samples those are flagged for which
/// such detectors have at least `agreement` votes. In other classes none is flagged, whatever the
/// detectors flag there.
///
/// A score is ½ for a sample that is not flagged, and half the mean of its ranks within its class,
/// by votes, over the detectors that score it, from 0 for the worst to 1: flagged samples come
/// before all others. In a suspicious class only those count that suspect it.
public struct Vote: Hashable, Codable, Sendable {
  public var gate: Int
  public var agreement: Int
  public var weights: [String: Int]

  public init(gate: Int, agreement: Int, weights: [String: Int] = [:]) {
    precondition(gate > 0 && agreement > 0, "Vote: gate \(gate), agreement \(agreement)")
    self.gate = gate
    self.agreement = agreement
    self.weights = weights
  }

  /// What any single detector says.
  public static let any = Vote(gate: 1, agreement: 1)
  /// Three detectors must agree on a class, and two on a sample; SCAn suffices for both, since its
  /// threshold is far beyond what clean classes reach.
  public static let usual = Vote(gate: 3, agreement: 2, weights: [ScanDetector.id: 3])

  /// Whether a class is suspicious that these detectors suspect.
  public func isSuspicious(to detectors: [String]) -> Bool {
    detectors.reduce(0) { $0 + weight($1) } >= gate
  }

  /// Votes of a detector.
  public func weight(_ detector: String) -> Int { weights[detector] ?? 1 }

  /// The common verdict.
  ///
  /// - Parameters:
  ///   - opinions: of the same samples.
  ///   - perClass: so many samples of each class are trusted; nil for all that are not flagged.
  /// - Throws: `DetectionError` if that leaves none, or a class has fewer.
  public func combine(
    _ opinions: [(id: String, scores: SampleScores)], labels: [Int32], classNames: [String],
    perClass: Int? = nil
  ) throws -> SampleScores {
    precondition(
      opinions.allSatisfy { $0.scores.values.count == labels.count },
      "Vote: scores of other samples than the \(labels.count) labels")
    let classes = verdicts(opinions, labels: labels, classCount: classNames.count)
    var votes = [Int](repeating: 0, count: labels.count)
    for opinion in opinions {
      for sample in opinion.scores.flagged where opinion.scores.suspects(labels[sample]) {
        votes[sample] += weight(opinion.id)
      }
    }
    let flagged = labels.indices.filter {
      classes[Int(labels[$0])].isSuspicious && votes[$0] >= agreement
    }
    let values = Self.values(
      ranks: meanRanks(opinions, labels: labels, classes: classes), flagged: Set(flagged))
    return SampleScores(
      values: values,
      trusted: try SampleScores.trusted(
        values, flagged: flagged, perClass: perClass, labels: labels, classNames: classNames),
      classes: classes, flagged: flagged,
      unscoredReason: values.contains(nil) ? "no detector scores them" : nil,
      columns: opinions.map { EvidenceColumn($0.id, $0.scores.values) }
        + [EvidenceColumn("votes", votes)])
  }

  private func verdicts(
    _ opinions: [(id: String, scores: SampleScores)], labels: [Int32], classCount: Int
  ) -> [ClassVerdict] {
    var counts = [Int](repeating: 0, count: classCount)
    for label in labels { counts[Int(label)] += 1 }
    return (0..<classCount).map { label in
      let suspecting = opinions.filter { $0.scores.suspects(Int32(label)) }.map(\.id)
      let votes = suspecting.reduce(0) { $0 + weight($1) }
      return ClassVerdict(
        count: counts[label], statistic: Double(votes), null: 0, isSuspicious: votes >= gate,
        reason: suspecting.isEmpty ? "no detector" : suspecting.joined(separator: ", "))
    }
  }

  /// The mean over the detectors of each sample's rank within its class, from 0 (worst) to 1; nil
  /// for a sample that none scores.
  private func meanRanks(
    _ opinions: [(id: String, scores: SampleScores)], labels: [Int32], classes: [ClassVerdict]
  ) -> [Double?] {
    var sums = [Double](repeating: 0, count: labels.count)
    var counts = [Int](repeating: 0, count: labels.count)
    for (id, scores) in opinions {
      let values = scores.values
      let scored = labels.indices.filter {
        values[$0] != nil
          && (!classes[Int(labels[$0])].isSuspicious || scores.suspects(labels[$0]))
      }
      for (_, samples) in ClassMembers(scored, labels: labels).classes {
        let ranks = Ranks.midranks(samples.map { Double(values[$0] ?? 0) })
        for (sample, rank) in zip(samples, ranks) {
          let share = samples.count > 1 ? rank / Double(samples.count - 1) : 1
          sums[sample] += Double(weight(id)) * share
          counts[sample] += weight(id)
        }
      }
    }
    return zip(sums, counts).map { $1 == 0 ? nil : $0 / Double($1) }
  }

  private static func values(ranks: [Double?], flagged: Set<Int>) -> [Float?] {
    ranks.enumerated().map { sample, rank in
      rank.map { Float((flagged.contains(sample) ? 0 : 0.5) + 0.5 * $0) }
    }
  }
}

/// How the verdicts of several detectors become one.
///
/// A class is suspicious if at least `gate` detectors hold it for suspicious. Of its samples those
/// are flagged that at least `agreement` of the detectors flag. In other classes none is flagged,
/// whatever the detectors flag there.
///
/// A score is ½ for a sample that is not flagged, and half the mean of its ranks within its class,
/// over the detectors that score it, from 0 for the worst to 1: flagged samples come before all
/// others.
public struct Vote: Hashable, Codable, Sendable {
  public var gate: Int
  public var agreement: Int

  public init(gate: Int, agreement: Int) {
    precondition(gate > 0 && agreement > 0, "Vote: gate \(gate), agreement \(agreement)")
    self.gate = gate
    self.agreement = agreement
  }

  /// What any single detector says.
  public static let any = Vote(gate: 1, agreement: 1)
  /// Two detectors must agree, on classes and on samples.
  public static let two = Vote(gate: 2, agreement: 2)

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
      for sample in opinion.scores.flagged { votes[sample] += 1 }
    }
    let flagged = labels.indices.filter {
      classes[Int(labels[$0])].isSuspicious && votes[$0] >= agreement
    }
    let values = Self.values(
      ranks: Self.meanRanks(opinions.map(\.scores.values), labels: labels), flagged: Set(flagged))
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
      let suspecting = opinions.filter { opinion in
        opinion.scores.classes.indices.contains(label)
          && opinion.scores.classes[label].isSuspicious
      }.map(\.id)
      return ClassVerdict(
        count: counts[label], statistic: Double(suspecting.count), null: 0,
        isSuspicious: suspecting.count >= gate,
        reason: suspecting.isEmpty ? "no detector" : suspecting.joined(separator: ", "))
    }
  }

  /// The mean over the detectors of each sample's rank within its class, from 0 (worst) to 1; nil
  /// for a sample that none scores.
  private static func meanRanks(_ scores: [[Float?]], labels: [Int32]) -> [Double?] {
    var sums = [Double](repeating: 0, count: labels.count)
    var counts = [Int](repeating: 0, count: labels.count)
    for values in scores {
      let scored = labels.indices.filter { values[$0] != nil }
      for (_, samples) in ClassMembers(scored, labels: labels).classes {
        let ranks = Ranks.midranks(samples.map { Double(values[$0] ?? 0) })
        for (sample, rank) in zip(samples, ranks) {
          sums[sample] += samples.count > 1 ? rank / Double(samples.count - 1) : 1
          counts[sample] += 1
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

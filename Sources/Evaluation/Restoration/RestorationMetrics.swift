import Detection

/// What flagging, restoring and relabeling samples achieved (PD-AutoR, §5).
///
/// A number is nil where its denominator is 0.
public struct RestorationMetrics: Equatable, Codable, Sendable {
  /// |D_p|: samples that were flagged.
  public var flagged: Int
  /// |D_q|: those that the quality check kept.
  public var kept: Int
  /// The share of the flagged samples that are poisoned.
  public var precision: Double?
  /// The share of the poisoned samples that are flagged.
  public var recall: Double?
  /// Area under the precision-recall curve of the detector's scores; nil without scores.
  public var precisionRecallArea: Double?
  /// APD: the mean |x* − x| over pixels and channels in [0, 1], over poisoned samples that were
  /// flagged and kept.
  ///
  /// x is the image before poisoning. Nil also if that is not known.
  public var averagePixelDistance: Double?
  /// LRA: the share of D_q whose label is that of before poisoning.
  public var labelRestorationAccuracy: Double?
  /// What other thresholds would have kept of D_p, from the strictest on.
  public var quality: [QualityPoint]

  /// What a threshold of the quality check keeps.
  public struct QualityPoint: Equatable, Codable, Sendable {
    /// Samples with at least this confidence are kept.
    public var confidence: Double
    /// Their share of the flagged samples.
    public var kept: Double
    /// The share of them whose label is that of before poisoning.
    public var accuracy: Double
  }

  /// - Parameters:
  ///   - original: labels before poisoning, by sample.
  ///   - poisoned: which samples are.
  ///   - distance: |x* − x| in [0, 1], the mean of a restored sample; nil if x is not known.
  package init(
    _ records: [RestorationRecord], original: [Int32], poisoned: Set<Int>,
    distance: ((_ sample: Int) throws -> Double)?
  ) rethrows {
    precondition(
      records.count == original.count,
      "RestorationMetrics: \(records.count) records of \(original.count) samples")
    let all = records.indices.filter { records[$0].isFlagged }
    let kept = all.filter { records[$0].isKept }
    func isRight(_ sample: Int) -> Bool { records[sample].label == original[sample] }
    flagged = all.count
    self.kept = kept.count
    let scores = Self.scores(records, flagged: all, poisoned: poisoned)
    precision = scores.precision
    recall = scores.truePositiveRate
    precisionRecallArea =
      records.allSatisfy { $0.score == nil } ? nil : scores.precisionRecallArea
    let restored = kept.filter(poisoned.contains)
    averagePixelDistance = try distance.flatMap { distance in
      try Self.mean(restored.map(distance))
    }
    labelRestorationAccuracy = Self.mean(kept.map { isRight($0) ? 1 : 0 })
    let sorted = all.compactMap { sample in
      records[sample].confidence.map { (confidence: $0, isRight: isRight(sample)) }
    }.sorted { $0.confidence > $1.confidence }
    quality = []
    var right = 0
    for (place, sample) in sorted.enumerated() {
      right += sample.isRight ? 1 : 0
      let isLast = place + 1 == sorted.count
      if !isLast, sorted[place + 1].confidence == sample.confidence { continue }
      let count = Double(place + 1)
      quality.append(
        QualityPoint(
          confidence: sample.confidence, kept: count / Double(all.count),
          accuracy: Double(right) / count))
    }
  }

  /// The share of the flagged samples that the quality check kept.
  public var keptShare: Double? { flagged == 0 ? nil : Double(kept) / Double(flagged) }

  /// How well the detector's scores and flags agree with the ground truth.
  static func scores(
    _ records: [RestorationRecord], flagged: [Int], poisoned: Set<Int>
  ) -> ScoreMetrics {
    ScoreMetrics(scores: records.map(\.score), flagged: flagged, poisoned: poisoned)
  }

  private static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }
}

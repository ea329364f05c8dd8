/// What a detector found about the samples of one label.
public struct ClassVerdict: Equatable, Sendable {
  /// Samples with this label.
  public var count: Int
  /// What the test looks at; nil where it could not judge.
  public var statistic: Double?
  /// The statistic of a clean class.
  public var null: Double?
  /// Samples of a suspicious class with a lower score are flagged.
  public var threshold: Float?
  public var isSuspicious: Bool
  /// The verdict in words.
  public var reason: String

  public init(
    count: Int, statistic: Double? = nil, null: Double? = nil, threshold: Float? = nil,
    isSuspicious: Bool, reason: String
  ) {
    self.count = count
    self.statistic = statistic
    self.null = null
    self.threshold = threshold
    self.isSuspicious = isSuspicious
    self.reason = reason
  }

  /// The samples that follow from verdicts: those of suspicious classes whose score is below their
  /// class's threshold; ascending.
  ///
  /// - Parameter verdicts: by label.
  public static func flagged(
    _ values: [Float?], labels: [Int32], verdicts: [ClassVerdict]
  ) -> [Int] {
    values.indices.filter { sample in
      let verdict = verdicts[Int(labels[sample])]
      guard verdict.isSuspicious, let threshold = verdict.threshold, let value = values[sample]
      else { return false }
      return value < threshold
    }
  }
}

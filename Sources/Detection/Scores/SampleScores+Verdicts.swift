extension SampleScores {
  /// Scores with a verdict on each class: what suspicious classes have below their threshold is
  /// flagged.
  ///
  /// - Parameters:
  ///   - verdicts: by label.
  ///   - perClass: so many samples of each class are trusted; nil for all that are not flagged.
  /// - Throws: `DetectionError` if a class has fewer samples, or nothing is left.
  public init(
    _ values: [Float?], of labels: [Int32], verdicts: [ClassVerdict], classNames: [String],
    perClass: Int?, unscoredReason: String? = nil, columns: [EvidenceColumn] = []
  ) throws {
    let flagged = ClassVerdict.flagged(values, labels: labels, verdicts: verdicts)
    self.init(
      values: values,
      trusted: try Self.trusted(
        values, flagged: flagged, perClass: perClass, labels: labels, classNames: classNames),
      classes: verdicts, flagged: flagged, unscoredReason: unscoredReason, columns: columns)
  }
}

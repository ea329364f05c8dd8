import Support

extension EvaluationJob {
  /// What a cell of a suite shows of this purification; trains nothing.
  ///
  /// - Parameters:
  ///   - before: of the model of the poisoned set.
  ///   - after: of the model of the purified set.
  public func figures(before: ModelMetrics, after: ModelMetrics) throws -> SuiteFigures {
    let detection = try detection()
    // Whoever leaves labels alone is not found by labels, and images may change for other reasons.
    let isHidden =
      truth.keepsLabels && !truth.samples.isEmpty && purified.labels == poisoned.labels
    return SuiteFigures(
      truePositiveRate: isHidden ? nil : detection.truePositiveRate,
      falsePositiveRate: isHidden ? nil : detection.falsePositiveRate,
      labelAccuracy: detection.labelAccuracy, before: before, after: after)
  }

  /// Says so if the poisoned set's model did not learn the attack.
  public func unlearned(_ before: ModelMetrics) -> String? {
    guard let success = before.attackSuccessRate, success < EvaluationResult.leastLearned else {
      return nil
    }
    return "the attack was not learned: it succeeds on \(NumberFormat.percent(success)) of images"
  }
}

import Support

/// What is taken of SPECTRE's findings in a class.
package struct SpectreChoice {
  package var finding: SpectreClass.Finding
  /// How far its ratio lies above the other classes'.
  package var index: Double

  /// Excesses below this multiple of normal data's are no sign of poison: where classes hardly
  /// differ, small ones have a high index.
  private static let leastRatio = 2.0

  package var isSuspicious: Bool {
    finding.exceedsAll && finding.ratio >= Self.leastRatio && index > RobustDeviation.limit
  }

  func verdict(label: Int, of worst: WorstOfClasses) -> ClassVerdict {
    worst.verdict(
      label: label, count: worst.count(label: label, rate: finding.rate),
      statistic: finding.filter.excess, null: finding.nulls.max(), isSuspicious: isSuspicious,
      reason: "excess \(NumberFormat.text(finding.ratio, digits: 2)) times that of normal data "
        + "with \(NumberFormat.percent(finding.rate)) poison assumed, index "
        + NumberFormat.text(index, digits: 1))
  }
}

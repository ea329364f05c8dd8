import Support

/// Outlier measure by the median absolute deviation: |s − median| / (1.4826·MAD).
///
/// Source: Leys et al. 2013. When more than half of the scores are equal, MAD is 0 and the index is
/// undefined, although a single score far from all others is the clearest outlier there is. Then
/// the mean absolute deviation takes its place, |s − median| / (√(π/2)·mean|s − median|), which is
/// 0 only if all scores are equal; then all indices are 0. With one outlier among K scores it gives
/// 0.8·K.
package struct AnomalyIndex: Equatable, Sendable {
  /// Index of each score, all ≥ 0.
  package var values: [Double]
  package var median: Double
  /// 1.4826·MAD, or √(π/2)·mean absolute deviation if `usedMean`.
  package var scale: Double
  package var usedMean: Bool

  package init(_ scores: [Double]) {
    median = Self.median(scores)
    let center = median
    let deviations = scores.map { ($0 - center).magnitude }
    scale = 1.4826 * Self.median(deviations)
    usedMean = scale == 0
    if usedMean {
      let mean = deviations.reduce(0, +) / Double(max(deviations.count, 1))
      scale = (Double.pi / 2).squareRoot() * mean
    }
    let divisor = scale
    values = deviations.map { divisor == 0 ? 0 : $0 / divisor }
  }

  /// The middle score, or the mean of the two middle ones; 0 if there is none.
  package static func median(_ scores: [Double]) -> Double { Median.of(scores) ?? 0 }
}

import Foundation

/// The valley between two modes of a class's losses on a logarithmic scale, if there is one.
///
/// Losses are counted in `bins` bins of ln loss, and the counts smoothed by ¼, ½, ¼ until few
/// samples make no peak. A valley is the lowest bin between two peaks; the deepest one counts, if
/// it is at most half as high as the lower peak and that peak is above it by two standard
/// deviations of a count.
package struct LossValley: Equatable, Sendable {
  /// Losses below it are in the lower mode.
  package var threshold: Float
  /// Samples in the lower mode.
  package var lowerCount: Int

  static let bins = 40
  private static let smoothings = 4
  /// Losses that a float rounds to 0 count as this.
  private static let leastLoss: Float = 1e-8

  /// nil if the losses have a single mode.
  package init?(_ losses: [Float]) {
    let values = losses.map { log(max($0, Self.leastLoss)) }
    guard let least = values.min(), let greatest = values.max(), greatest > least else {
      return nil
    }
    let width = (greatest - least) / Float(Self.bins)
    var counts = [Float](repeating: 0, count: Self.bins)
    for value in values { counts[min(Self.bins - 1, Int((value - least) / width))] += 1 }
    for _ in 0..<Self.smoothings { counts = Self.smoothed(counts) }
    guard let bin = Self.deepestValley(counts) else { return nil }
    threshold = exp(least + (Float(bin) + 0.5) * width)
    let threshold = threshold
    lowerCount = losses.count { $0 < threshold }
  }

  private static func smoothed(_ counts: [Float]) -> [Float] {
    counts.indices.map { bin in
      let before = bin > 0 ? counts[bin - 1] : counts[bin]
      let after = bin + 1 < counts.count ? counts[bin + 1] : counts[bin]
      return 0.25 * before + 0.5 * counts[bin] + 0.25 * after
    }
  }

  /// The bin with the greatest difference to the lower of the highest peaks on both sides.
  private static func deepestValley(_ counts: [Float]) -> Int? {
    let depths = counts.indices.map { bin -> (depth: Float, isClear: Bool) in
      let left = counts[..<bin].max() ?? 0
      let right = counts[(bin + 1)...].max() ?? 0
      let peak = min(left, right)
      let depth = peak - counts[bin]
      return (depth, counts[bin] <= peak / 2 && depth >= 2 * peak.squareRoot())
    }
    let clear = depths.indices.filter { depths[$0].isClear }
    guard let deepest = clear.map({ depths[$0].depth }).max() else { return nil }
    // The middle of bins that are as deep.
    let lowest = clear.filter { depths[$0].depth == deepest }
    return lowest[lowest.count / 2]
  }
}

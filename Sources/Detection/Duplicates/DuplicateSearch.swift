import Foundation

/// Which samples are nearly the same image as another, by the distance to their nearest neighbor
/// (cleanlab's rule).
package struct DuplicateSearch: Equatable, Sendable {
  /// Distances below this share of the median distance are too small for different images.
  package static let share: Float = 0.13

  /// Median distance of a sample to its nearest neighbor.
  package var median: Float
  /// Whether each sample is a duplicate.
  package var isDuplicate: [Bool]
  /// 1 − e^(−distance/median); 0 where all medians are 0 and the distance, too.
  package var scores: [Float]

  /// - Parameter distances: of each sample to its nearest other.
  package init(_ distances: [Float]) {
    let median = Self.median(distances)
    self.median = median
    isDuplicate = distances.map { $0 == 0 || $0 < Self.share * median }
    scores = distances.map { $0 == 0 ? 0 : 1 - exp(-$0 / median) }
  }

  private static func median(_ values: [Float]) -> Float {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    guard !sorted.isEmpty else { return 0 }
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}

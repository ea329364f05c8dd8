import Foundation
import Support

/// Which samples are nearly the same image as another, by the distance to their nearest neighbor
/// (cleanlab's rule).
package struct DuplicateSearch: Equatable, Sendable {
  /// Distances below this share of the median distance are too small for different images.
  package static let share: Float = 0.13

  /// Median distance of a sample to its nearest neighbor.
  package var median: Float
  /// Whether each sample is a duplicate.
  package var isDuplicate: [Bool]
  /// 1 − e^(−distance/median); 0 for a distance of 0.
  package var scores: [Float]

  /// - Parameter distances: of each sample to its nearest other.
  package init(_ distances: [Float]) {
    let median = Float(Median.of(distances.map(Double.init)) ?? 0)
    self.median = median
    scores = distances.map { $0 == 0 ? 0 : 1 - exp(-$0 / median) }
    isDuplicate = []
    isDuplicate = distances.map(isNear)
  }

  /// Whether a distance is too small for different images.
  package func isNear(_ distance: Float) -> Bool {
    distance == 0 || distance < Self.share * median
  }
}

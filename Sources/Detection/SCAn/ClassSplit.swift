import ComputeBackend
import Foundation
import LinearAlgebra

/// A class in two groups, and how much better two centers explain it than one (SCAn, Tang et al.,
/// 2021).
package struct ClassSplit {
  /// J = (Σ‖x − μ‖² − Σ‖x − μ_group‖²) / n.
  package let statistic: Double
  private let clusters: KMeans
  /// Rows of each group.
  package let counts: [Int]

  private static let restarts = 5

  /// - Parameter rows: white under the covariance within classes, so that distances are those of
  ///   S_e⁻¹, and the nearer center is the choice of a linear discriminant.
  package init(_ rows: Matrix, using random: inout PhiloxGenerator) {
    let found = KMeans(
      rows.values, dimension: rows.columns, clusters: 2, restarts: Self.restarts, using: &random)
    let spread = rows.centered.squaredRowLengths.reduce(0, +)
    statistic = max(0, spread - found.inertia) / Double(rows.rows)
    clusters = found
    counts = (0..<2).map { found.count($0) }
  }

  /// The group of other rows, white alike: 0 or 1 by row.
  package func groups(of rows: Matrix) -> [Int] { clusters.nearest(rows.values) }

  /// From the origin to a group's center; infinite for a group without rows.
  package func squaredDistance(ofCenter group: Int) -> Double {
    counts[group] == 0 ? .infinity : clusters.center(group).reduce(0) { $0 + $1 * $1 }
  }

  /// The probability of a group for each row: normal distributions of covariance I around the
  /// centers, as frequent as the groups are large.
  package func probabilities(of group: Int, _ rows: Matrix) -> [Double] {
    let other = 1 - group
    guard counts[other] > 0 else { return [Double](repeating: 1, count: rows.rows) }
    guard counts[group] > 0 else { return [Double](repeating: 0, count: rows.rows) }
    let lengths = [group, other].map {
      rows.subtracting(Array(clusters.center($0))).squaredRowLengths
    }
    let prior = log(Double(counts[group]) / Double(counts[other]))
    return zip(lengths[0], lengths[1]).map { own, rest in
      1 / (1 + exp(-(prior + (rest - own) / 2)))
    }
  }
}

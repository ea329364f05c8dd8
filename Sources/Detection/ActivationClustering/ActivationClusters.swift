import ComputeBackend
import LinearAlgebra

/// The features of a class in two clusters (activation clustering, Chen et al., 2018).
package struct ActivationClusters {
  /// The smaller cluster's share of the rows.
  package let share: Double
  /// How well the clusters are apart, see `Silhouette`; nil if all rows are in one.
  package let silhouette: Double?
  private let components: PrincipalComponents
  /// Of the smaller cluster and the larger one.
  private let centers: [[Double]]

  /// Principal components that are clustered.
  private static let dimensions = 10
  private static let restarts = 10

  /// - Throws: `LinearAlgebraError`.
  package init(_ rows: Matrix, using random: inout PhiloxGenerator) throws {
    components = try PrincipalComponents(of: rows, count: Self.dimensions)
    let points = components(rows)
    let found = KMeans(
      points.values, dimension: points.columns, clusters: 2, restarts: Self.restarts,
      using: &random)
    let smaller = found.count(0) < found.count(1) ? 0 : 1
    share = Double(found.count(smaller)) / Double(rows.rows)
    silhouette = try Silhouette.mean(
      points.values, dimension: points.columns, assignments: found.assignments)
    centers = [smaller, 1 - smaller].map { Array(found.center($0)) }
  }

  /// By row, the distance to the smaller cluster's center as a share of the distances to both: less
  /// than half in the smaller cluster.
  package func trust(of rows: Matrix) -> [Double] {
    let points = components(rows)
    let distances = centers.map {
      points.subtracting($0).squaredRowLengths.map { $0.squareRoot() }
    }
    return zip(distances[0], distances[1]).map { $0 + $1 > 0 ? $0 / ($0 + $1) : 1 }
  }

  /// Whether the smaller cluster is poison: small enough, and apart from the other one.
  package var isSuspicious: Bool {
    guard let silhouette else { return false }
    return share < Self.greatestShare && silhouette > Self.leastSilhouette
  }

  package static let greatestShare = 0.35
  package static let leastSilhouette = 0.1
}

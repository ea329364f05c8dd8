import Support

/// How well clusters are apart (Rousseeuw, 1987).
package enum Silhouette {
  /// The mean over all points of (b − a) / max(a, b).
  ///
  /// a is the mean distance to the other points of its cluster, b the least mean distance to the
  /// points of another cluster. A point alone in its cluster counts 0.
  ///
  /// - Parameters:
  ///   - points: `[n, dimension]`.
  ///   - assignments: the cluster of each point.
  /// - Returns: nil for fewer than two clusters.
  package static func mean(
    _ points: [Double], dimension: Int, assignments: [Int]
  ) throws -> Double? {
    let clusters = (assignments.max() ?? 0) + 1
    var counts = [Int](repeating: 0, count: clusters)
    for cluster in assignments { counts[cluster] += 1 }
    guard counts.count(where: { $0 > 0 }) > 1 else { return nil }
    let values = try Parallel.map(assignments.count) { [counts] part in
      points.withUnsafeBufferPointer { points in
        part.map { index in
          var sums = [Double](repeating: 0, count: clusters)
          for (other, cluster) in assignments.enumerated() {
            var square = 0.0
            for column in 0..<dimension {
              let difference =
                points[index * dimension + column] - points[other * dimension + column]
              square += difference * difference
            }
            sums[cluster] += square.squareRoot()
          }
          let own = assignments[index]
          guard counts[own] > 1 else { return 0.0 }
          let a = sums[own] / Double(counts[own] - 1)
          let b =
            counts.indices.filter { $0 != own && counts[$0] > 0 }
            .map { sums[$0] / Double(counts[$0]) }.min() ?? 0
          return max(a, b) > 0 ? (b - a) / max(a, b) : 0
        }
      }
    }
    return values.reduce(0, +) / Double(values.count)
  }
}

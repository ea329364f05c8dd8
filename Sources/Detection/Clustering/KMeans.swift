import ComputeBackend

/// Clusters by Lloyd's algorithm from k-means++ starts (Arthur and Vassilvitskii, 2007): of several
/// restarts the one with the least sum of squared distances, of equal ones the first.
package struct KMeans {
  /// `[clusters, dimension]`.
  package private(set) var centers: [Double]
  /// The nearest center of each point, of equally near ones the first.
  package private(set) var assignments: [Int]
  /// The sum of squared distances to the points' centers.
  package private(set) var inertia = Double.infinity

  /// Points of a cluster.
  package func count(_ cluster: Int) -> Int { assignments.count { $0 == cluster } }

  package func center(_ cluster: Int) -> ArraySlice<Double> {
    let dimension = centers.count / clusters
    return centers[cluster * dimension..<(cluster + 1) * dimension]
  }

  /// The nearest center of other points.
  ///
  /// - Parameter points: `[n, dimension]`.
  package func nearest(_ points: [Double]) -> [Int] {
    Self.assign(points, to: centers, dimension: centers.count / clusters).assignments
  }

  private let clusters: Int
  private static let iterations = 100

  /// - Parameter points: `[n, dimension]`, n > 0.
  package init(
    _ points: [Double], dimension: Int, clusters: Int, restarts: Int,
    using random: inout PhiloxGenerator
  ) {
    precondition(
      dimension > 0 && !points.isEmpty && points.count % dimension == 0,
      "KMeans: \(points.count) numbers for points of \(dimension)")
    self.clusters = clusters
    centers = []
    assignments = []
    for _ in 0..<restarts {
      var centers = Self.start(points, dimension: dimension, clusters: clusters, using: &random)
      var (assignments, inertia) = Self.assign(points, to: centers, dimension: dimension)
      for _ in 0..<Self.iterations {
        Self.move(&centers, to: points, assignments, dimension: dimension)
        let next = Self.assign(points, to: centers, dimension: dimension)
        let isSettled = next.assignments == assignments
        (assignments, inertia) = next
        if isSettled { break }
      }
      guard inertia < self.inertia else { continue }
      (self.centers, self.assignments, self.inertia) = (centers, assignments, inertia)
    }
  }

  /// The first center is any point, each further one a point drawn in proportion to its squared
  /// distance from the centers so far.
  private static func start(
    _ points: [Double], dimension: Int, clusters: Int, using random: inout PhiloxGenerator
  ) -> [Double] {
    let count = points.count / dimension
    func point(_ index: Int) -> ArraySlice<Double> {
      points[index * dimension..<(index + 1) * dimension]
    }
    var centers = Array(point(Int.random(in: 0..<count, using: &random)))
    var nearest = [Double](repeating: .infinity, count: count)
    for _ in 1..<clusters {
      for index in 0..<count {
        nearest[index] = min(
          nearest[index], squaredDistance(point(index), centers.suffix(dimension)))
      }
      var rest = Double.random(in: 0..<1, using: &random) * nearest.reduce(0, +)
      let chosen = nearest.firstIndex { distance in
        rest -= distance
        return rest < 0
      }
      // Where all points are centers already, any will do.
      centers += point(chosen ?? count - 1)
    }
    return centers
  }

  private static func assign(
    _ points: [Double], to centers: [Double], dimension: Int
  ) -> (assignments: [Int], inertia: Double) {
    var inertia = 0.0
    let assignments = points.withUnsafeBufferPointer { points in
      centers.withUnsafeBufferPointer { centers in
        stride(from: 0, to: points.count, by: dimension).map { start in
          var best = (cluster: 0, distance: Double.infinity)
          for cluster in 0..<centers.count / dimension {
            var distance = 0.0
            for column in 0..<dimension {
              let difference = points[start + column] - centers[cluster * dimension + column]
              distance += difference * difference
            }
            if distance < best.distance { best = (cluster, distance) }
          }
          inertia += best.distance
          return best.cluster
        }
      }
    }
    return (assignments, inertia)
  }

  /// Moves centers to their points' means; one without points stays.
  private static func move(
    _ centers: inout [Double], to points: [Double], _ assignments: [Int], dimension: Int
  ) {
    var sums = [Double](repeating: 0, count: centers.count)
    var counts = [Int](repeating: 0, count: centers.count / dimension)
    for (index, cluster) in assignments.enumerated() {
      counts[cluster] += 1
      for column in 0..<dimension {
        sums[cluster * dimension + column] += points[index * dimension + column]
      }
    }
    for (place, sum) in sums.enumerated() where counts[place / dimension] > 0 {
      centers[place] = sum / Double(counts[place / dimension])
    }
  }

  private static func squaredDistance(_ a: ArraySlice<Double>, _ b: ArraySlice<Double>) -> Double {
    zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }
}

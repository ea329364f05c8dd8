/// The minimum spanning tree of all rows over mutual reachability distances (HDBSCAN: Campello et
/// al., 2013), exactly, by Prim's algorithm.
///
/// The mutual reachability distance of two rows is the greatest of their distance and their core
/// distances. Time grows with N²·columns, memory with N.
package struct MinimumSpanningTree: Sendable {
  package struct Edge: Equatable, Sendable {
    package var first: Int
    package var second: Int
    package var length: Float
  }

  /// N − 1 edges by length, equal ones as Prim's algorithm found them.
  package let edges: [Edge]

  /// - Parameter coreDistances: by row.
  package init(_ distances: RowDistances, coreDistances: [Float]) {
    let count = distances.count
    let squaredCores = coreDistances.map { $0 * $0 }
    // Of each row that is not in the tree: the squared length of its shortest edge to the tree.
    var shortest = [Float](repeating: .infinity, count: count)
    var neighbor = [Int32](repeating: 0, count: count)
    var isInTree = [Bool](repeating: false, count: count)
    var row = [Float](repeating: 0, count: count)
    var edges: [Edge] = []
    edges.reserveCapacity(count)
    var newest = 0
    isInTree[newest] = true
    while edges.count < count - 1 {
      distances.squared(from: newest, into: &row)
      let next = Self.update(
        &shortest, &neighbor, by: row, from: newest, squaredCores: squaredCores, isInTree)
      edges.append(
        Edge(
          first: Int(neighbor[next]), second: next, length: shortest[next].squareRoot()))
      isInTree[next] = true
      newest = next
    }
    // Sorting is stable only with the place in the key.
    self.edges = edges.enumerated()
      .sorted { ($0.element.length, $0.offset) < ($1.element.length, $1.offset) }
      .map(\.element)
  }

  /// Shortens edges by those of the newest row, and finds the row with the shortest one.
  private static func update(
    _ shortest: inout [Float], _ neighbor: inout [Int32], by row: [Float], from newest: Int,
    squaredCores: [Float], _ isInTree: [Bool]
  ) -> Int {
    var best = -1
    for other in row.indices where !isInTree[other] {
      let length = max(row[other], squaredCores[other], squaredCores[newest])
      if length < shortest[other] {
        shortest[other] = length
        neighbor[other] = Int32(newest)
      }
      if best < 0 || shortest[other] < shortest[best] { best = other }
    }
    return best
  }
}

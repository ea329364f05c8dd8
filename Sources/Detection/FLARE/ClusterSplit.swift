/// The step of FLARE that tells clusters of poison from the rest, by stability in HDBSCAN's tree.
///
/// From the root the largest clusters are followed down. The first that persists, while distances
/// shrink to a share e^−`minimumPersistence` of that at which it split off, is the clean data; the
/// other clusters at the distance at which it ends are poison, and smaller remainders are not.
/// (FLARE compares differences of λ in UMAP's units; ratios have no unit.)
package struct ClusterSplit: Equatable, Sendable {
  /// Whether each row is in a cluster of poison.
  package var isPoison: [Bool]
  /// ln(λ at the end/λ at the beginning) of the accepted cluster.
  package var persistence: Float

  /// nil if no cluster persists, or if there is no other cluster beside it.
  package init?(
    _ distances: RowDistances, coreNeighbors: Int, minimumSize: Int, minimumPersistence: Float,
    levels: Int
  ) throws {
    let nearest = try distances.nearest(coreNeighbors)
    let cores = (0..<distances.count).map {
      nearest[($0 + 1) * coreNeighbors - 1].squareRoot()
    }
    let linkage = SingleLinkage(MinimumSpanningTree(distances, coreDistances: cores))
    let tree = CondensedTree(linkage, minimumSize: minimumSize)
    var cluster = tree.clusters[0]
    for _ in 0..<levels {
      guard let largest = cluster.children.first else { return nil }
      cluster = tree.clusters[largest]
      if cluster.persistence > minimumPersistence { break }
    }
    guard cluster.persistence > minimumPersistence else { return nil }
    let parts = linkage.nodes(joinedWithin: cluster.death)
      .filter { linkage.size($0) >= minimumSize }
      .sorted { linkage.size($0) > linkage.size($1) }
    guard parts.count > 1 else { return nil }
    isPoison = [Bool](repeating: false, count: linkage.count)
    for part in parts.dropFirst() {
      for row in linkage.rows(below: part) { isPoison[row] = true }
    }
    persistence = cluster.persistence
  }
}

/// The step of FLARE that tells clusters of poison from the clean data by HDBSCAN's tree.
///
/// From the root the larger clusters are followed down, as long as they hold most rows. The first
/// that persists, while distances shrink to a share e^−`minimumPersistence` of that at which it
/// split off, is the clean data, and the clusters that split off on the way are poison.
///
/// FLARE takes differences of λ in UMAP's units and cuts the tree where the clean cluster ends.
/// Without UMAP clusters differ in density: ratios have no unit, and a cluster is taken where it
/// splits off, since it may end before the clean one.
package struct ClusterSplit: Equatable, Sendable {
  /// Rows of the clean cluster, ascending; empty if no cluster persists beside another.
  package var clean: [Int] = []
  /// Rows of the clusters that split off, ascending.
  package var poison: [Int] = []
  /// ln(λ at the end/λ at the beginning) of the clean cluster, or of the last one that holds most
  /// rows; 0 if none split off.
  package var persistence: Float = 0

  /// - Parameters:
  ///   - coreNeighbors: which nearest other row's distance is a row's core distance.
  ///   - minimumSize: rows of a cluster, at least.
  ///   - levels: how many times a cluster is followed.
  package init(
    _ distances: RowDistances, coreNeighbors: Int, minimumSize: Int, minimumPersistence: Float,
    levels: Int
  ) throws {
    let nearest = try distances.nearest(coreNeighbors)
    let cores = (0..<distances.count).map {
      nearest[($0 + 1) * coreNeighbors - 1].squareRoot()
    }
    let linkage = SingleLinkage(MinimumSpanningTree(distances, coreDistances: cores))
    let clusters = CondensedTree(linkage, minimumSize: minimumSize).clusters
    var cluster = clusters[0]
    for _ in 0..<levels where cluster.children.count == 2 {
      poison += linkage.rows(below: clusters[cluster.children[1]].node)
      cluster = clusters[cluster.children[0]]
      guard 2 * linkage.size(cluster.node) > distances.count else { break }
      persistence = cluster.persistence
      if persistence > minimumPersistence {
        clean = linkage.rows(below: cluster.node)
        poison.sort()
        return
      }
    }
    poison = []
  }
}

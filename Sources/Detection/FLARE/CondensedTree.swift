import Foundation

/// A cluster of HDBSCAN's condensed tree, from the distance at which it splits off to that at which
/// it splits itself or has too few members.
///
/// Densities are λ = 1/distance. From the root down, a cluster whose join separates two parts of
/// at least `minimumSize` rows splits; if only one part is as large, the cluster loses the other's
/// rows and goes on; if none is, it ends.
package struct CondensedTree: Sendable {
  package struct Cluster: Equatable, Sendable {
    /// The dendrogram's node that holds its rows when it appears.
    package var node: Int
    /// Distance at which it splits off; infinite for the root.
    package var birth: Float
    /// Distance at which it ends.
    package var death: Float
    /// The clusters that it splits into, the larger one first; empty or two.
    package var children: [Int]

    /// ln(λ at the end/λ at the beginning).
    package var persistence: Float { birth > death ? log(birth / death) : 0 }
  }

  /// The root first.
  package let clusters: [Cluster]

  /// - Parameter minimumSize: at least 2.
  package init(_ linkage: SingleLinkage, minimumSize: Int) {
    precondition(minimumSize > 1, "CondensedTree: clusters of \(minimumSize)")
    var clusters = [
      Cluster(node: linkage.root, birth: .infinity, death: .infinity, children: [])
    ]
    var open = [0]
    while let cluster = open.popLast() {
      var node = clusters[cluster].node
      while let join = linkage.join(node) {
        clusters[cluster].death = join.length
        let parts =
          linkage.size(join.left) < linkage.size(join.right)
          ? [join.right, join.left] : [join.left, join.right]
        let large = parts.filter { linkage.size($0) >= minimumSize }
        if large.count == 1 {
          node = large[0]
          continue
        }
        for part in large {
          clusters[cluster].children.append(clusters.count)
          open.append(clusters.count)
          clusters.append(
            Cluster(
              node: part, birth: join.length, death: join.length, children: []))
        }
        break
      }
    }
    self.clusters = clusters
  }
}

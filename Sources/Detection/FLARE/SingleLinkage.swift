/// The dendrogram of single linkage: rows, and what they are joined to by ever longer edges.
///
/// Nodes 0 ..< N are rows; node N + i joins two nodes by the i-th edge.
package struct SingleLinkage: Sendable {
  package struct Join: Equatable, Sendable {
    package var left: Int
    package var right: Int
    package var length: Float
    /// Rows below it.
    package var size: Int
  }

  /// Rows.
  package let count: Int
  /// By length.
  package let joins: [Join]

  package init(_ tree: MinimumSpanningTree) {
    count = tree.edges.count + 1
    var sets = [Int](0..<count)
    /// The node that holds all of a set's rows, by the set's first row.
    var nodes = sets
    var sizes = [Int](repeating: 1, count: count)
    var joins: [Join] = []
    for edge in tree.edges {
      let (a, b) = (Self.root(of: edge.first, in: &sets), Self.root(of: edge.second, in: &sets))
      // The smaller set is hung below the larger one.
      let (upper, lower) = sizes[a] < sizes[b] ? (b, a) : (a, b)
      sizes[upper] += sizes[lower]
      joins.append(
        Join(left: nodes[a], right: nodes[b], length: edge.length, size: sizes[upper]))
      sets[lower] = upper
      nodes[upper] = count + joins.count - 1
    }
    self.joins = joins
  }

  private static func root(of row: Int, in sets: inout [Int]) -> Int {
    var row = row
    while sets[row] != row {
      sets[row] = sets[sets[row]]
      row = sets[row]
    }
    return row
  }

  /// The node above all others.
  package var root: Int { count + joins.count - 1 }

  /// nil for a row.
  package func join(_ node: Int) -> Join? { node < count ? nil : joins[node - count] }

  package func size(_ node: Int) -> Int { join(node)?.size ?? 1 }

  /// The rows below a node, ascending.
  package func rows(below node: Int) -> [Int] {
    var found: [Int] = []
    var open = [node]
    while let node = open.popLast() {
      if let join = join(node) { open += [join.left, join.right] } else { found.append(node) }
    }
    return found.sorted()
  }
}

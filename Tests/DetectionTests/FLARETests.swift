import ComputeBackend
import Detection
import TestSupport
import Testing

@Suite struct FLARETests {
  private func distances(_ values: [Float]) -> RowDistances { RowDistances(columns: [values]) }

  @Test func distancesByHand() throws {
    let distances = RowDistances(columns: [[0, 3, 0], [0, 4, 1]])
    var row = [Float](repeating: .nan, count: 3)
    distances.squared(from: 1, into: &row)
    #expect(row == [25, 0, 18])
    #expect(try distances.nearest(2) == [1, 25, 18, 25, 1, 18])
    #expect(try distances.nearest(1, among: [true, true, false]) == [25, 25, 1])
  }

  /// {0, 1, 2, 3, 10, 11}: the root splits at distance 7, and {0 … 3} lives until distance 1.
  @Test func treeByHand() throws {
    let distances = distances([0, 1, 2, 3, 10, 11])
    let linkage = SingleLinkage(
      MinimumSpanningTree(distances, coreDistances: [Float](repeating: 1, count: 6)))
    #expect(linkage.joins.map(\.length) == [1, 1, 1, 1, 7])
    let tree = CondensedTree(linkage, minimumSize: 2).clusters
    #expect(tree.map { linkage.rows(below: $0.node) } == [Array(0..<6), [0, 1, 2, 3], [4, 5]])
    #expect(tree.map(\.birth) == [.infinity, 7, 7])
    #expect(tree.map(\.death) == [7, 1, 1])
    #expect(tree.map(\.children) == [[1, 2], [], []])
  }

  /// Kruskal's algorithm over all pairs finds edges of the same lengths.
  @Test func spanningTreeIsMinimal() {
    var random = PhiloxGenerator(seed: 4)
    let count = 60
    let values = (0..<3).map { _ in random.normals(count) }
    let distances = RowDistances(columns: values)
    let cores = random.normals(count).map(abs)
    var pairs: [(length: Float, first: Int, second: Int)] = []
    var row = [Float](repeating: 0, count: count)
    for first in 0..<count {
      distances.squared(from: first, into: &row)
      for second in 0..<first {
        pairs.append((max(row[second].squareRoot(), cores[first], cores[second]), first, second))
      }
    }
    var component = Array(0..<count)
    var lengths: [Float] = []
    for pair in pairs.sorted(by: { $0 < $1 }) where component[pair.first] != component[pair.second]
    {
      lengths.append(pair.length)
      let (kept, joined) = (component[pair.first], component[pair.second])
      component = component.map { $0 == joined ? kept : $0 }
    }
    let tree = MinimumSpanningTree(distances, coreDistances: cores)
    expectClose(tree.edges.map(\.length), lengths, .relative(1e-6), "lengths")
  }

  /// The same: ln 7 = 1.9459.
  @Test func splitByHand() throws {
    func split(_ minimum: Float) throws -> ClusterSplit {
      try ClusterSplit(
        distances([0, 1, 2, 3, 10, 11]), coreNeighbors: 1, minimumSize: 2,
        minimumPersistence: minimum, levels: 3)
    }
    let found = try split(1.9)
    #expect(found.clean == [0, 1, 2, 3])
    #expect(found.poison == [4, 5])
    #expect(abs(found.persistence - 1.9459) < 1e-4)
    let none = try split(2)
    #expect(none.clean.isEmpty && none.poison.isEmpty)
    #expect(none.persistence == found.persistence)
  }

  /// Of four layers, three hold samples 300 … 339 for unlikely; the last one scatters all samples
  /// in classes that lie apart.
  @Test(arguments: [false, true])
  func findsAClusterInTheEarlyLayers(lastLayerMisleads: Bool) throws {
    var random = PhiloxGenerator(seed: 6)
    var layers = (0..<3).map { _ in
      random.normals(300) + random.normals(40, mean: -12, deviation: 2)
    }
    if lastLayerMisleads {
      layers.append(
        random.normals(340, deviation: 0.1).enumerated().map { Float($0 % 7) * 40 + $1 })
    }
    var leftOut = -1
    let found = try FLAREDetector().values(layers, minimumSize: 25) { leftOut = $0 }
    let values = try #require(found)
    #expect(leftOut == (lastLayerMisleads ? 1 : 0))
    #expect(values[..<300].allSatisfy { $0 > 0.5 })
    #expect(values[300...].allSatisfy { $0 < 0.5 })
  }

  @Test func findsNothingInASingleCluster() throws {
    var random = PhiloxGenerator(seed: 7)
    let layers = (0..<4).map { _ in random.normals(300) }
    #expect(try FLAREDetector().values(layers, minimumSize: 25) { _ in } == nil)
  }

  /// Median 2, MAD 1, and a column without spread.
  @Test func columnsHaveTheUnitOfTheirSpread() {
    let rows = EvidenceRows([1, 7, 2, 7, 3, 7, 9, 7, 2, 0], columns: 2)
    expectClose(
      rows.robustColumns.flatMap { $0 }, [-1, 0, 1, 7, 0].map { $0 / 1.4826 }, .absolute(1e-6),
      "columns")
  }
}

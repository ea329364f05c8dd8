import ComputeBackend
import Detection
import Testing

@Suite struct KMeansTests {
  /// Two heaps of 7 and 3 equal points.
  private let heaps = [Double](repeating: 0, count: 14) + [Double](repeating: 5, count: 6)

  @Test(arguments: 0..<10 as Range<UInt64>)
  func findsTheHeaps(seed: UInt64) throws {
    var random = PhiloxGenerator(seed: seed)
    let found = KMeans(heaps, dimension: 2, clusters: 2, restarts: 1, using: &random)
    #expect(found.inertia == 0)
    #expect([found.count(0), found.count(1)].sorted() == [3, 7])
    #expect(Array(found.center(found.assignments[0])) == [0, 0])
    #expect(Array(found.center(found.assignments[9])) == [5, 5])
    #expect(try Silhouette.mean(heaps, dimension: 2, assignments: found.assignments) == 1)
  }

  /// Ten restarts find the best of three pairs on a line: within pairs at distance 1, that is
  /// 3·2·½² = 1.5.
  @Test(arguments: 0..<20 as Range<UInt64>)
  func takesTheBestOfItsRestarts(seed: UInt64) {
    var random = PhiloxGenerator(seed: seed)
    let found = KMeans(
      [0, 1, 10, 11, 13, 14], dimension: 1, clusters: 3, restarts: 10, using: &random)
    #expect(found.inertia == 1.5)
    #expect(found.assignments[0] == found.assignments[1])
    #expect(found.assignments[2] == found.assignments[3])
    #expect(found.assignments[4] == found.assignments[5])
  }

  @Test func equalPointsMakeOneCluster() throws {
    var random = PhiloxGenerator(seed: 1)
    let points = [Double](repeating: 0.25, count: 6)
    let found = KMeans(points, dimension: 2, clusters: 2, restarts: 3, using: &random)
    #expect(found.assignments == [0, 0, 0] && found.inertia == 0)
    #expect(try Silhouette.mean(points, dimension: 2, assignments: found.assignments) == nil)
  }

  /// By NumPy, from the definition.
  @Test func silhouetteOfThreeClusters() throws {
    let mean = try Silhouette.mean(
      [0, 0, 1, 0, 0, 1, 5, 5, 6, 5, 9, 0], dimension: 2, assignments: [0, 0, 0, 1, 1, 2])
    #expect(abs(try #require(mean) - 0.696_904_598_432_729_7) < 1e-12)
  }
}

import ComputeBackend
import Detection
import LinearAlgebra
import Testing

@Suite struct ActivationClustersTests {
  private func rows(_ first: Int, _ second: Int) -> Matrix {
    Matrix(
      [[Double]](repeating: [0, 0], count: first)
        + [[Double]](repeating: [5, 5], count: second))
  }

  private func clusters(_ first: Int, _ second: Int) throws -> ActivationClusters {
    var random = PhiloxGenerator(seed: 7)
    return try ActivationClusters(rows(first, second), using: &random)
  }

  @Test func flagsASmallClusterThatIsApart() throws {
    let found = try clusters(7, 3)
    #expect(found.share == 0.3 && found.isSuspicious)
    #expect(abs(try #require(found.silhouette) - 1) < 1e-12)
    for (row, trust) in found.trust(of: rows(7, 3)).enumerated() {
      #expect(abs(trust - (row < 7 ? 1 : 0)) < 1e-12)
    }
  }

  @Test func doesNotFlagALargeOne() throws {
    let found = try clusters(6, 4)
    #expect(found.share == 0.4 && !found.isSuspicious)
  }

  @Test func doesNotFlagEqualFeatures() throws {
    let found = try clusters(5, 0)
    #expect(found.silhouette == nil && !found.isSuspicious)
    #expect(found.trust(of: rows(5, 0)) == [1, 1, 1, 1, 1])
    #expect(try !clusters(1, 0).isSuspicious)
  }
}

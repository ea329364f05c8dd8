import ComputeBackend
import Detection
import LinearAlgebra
import Testing

@Suite struct ActivationClustersTests {
  private func clusters(_ first: Int, _ second: Int) throws -> ActivationClusters {
    var random = PhiloxGenerator(seed: 7)
    return try ActivationClusters(
      Matrix(
        [[Double]](repeating: [0, 0], count: first)
          + [[Double]](repeating: [5, 5], count: second)), using: &random)
  }

  @Test func flagsASmallClusterThatIsApart() throws {
    let found = try clusters(7, 3)
    #expect(found.share == 0.3 && found.isSuspicious)
    #expect(abs(try #require(found.silhouette) - 1) < 1e-12)
    #expect(found.isInSmaller == (0..<10).map { $0 >= 7 })
    for (row, trust) in found.trust.enumerated() {
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
    #expect(found.trust == [1, 1, 1, 1, 1])
    #expect(try !clusters(1, 0).isSuspicious)
  }
}

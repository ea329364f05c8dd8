import Detection
import LinearAlgebra
import Testing

@Suite struct QuantumEntropyTests {
  private func isClose(_ a: [Double], _ b: [Double], _ tolerance: Double = 1e-10) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) < tolerance }
  }

  /// exp(4·2/2) = 54.598 and exp(0) = 1: shares 0.98201 and 0.01799.
  @Test func diagonalByHand() throws {
    let matrix = try QuantumEntropy.matrix(Matrix(diagonal: [3, 1]))
    #expect(isClose(matrix.values, [0.982_013_790_0, 0, 0, 0.017_986_209_96], 1e-9))
    let scores = QuantumEntropy.scores(Matrix([[2, 0], [0, 2], [1, 1]]), matrix)
    #expect(isClose(scores, [3.928_055_16, 0.071_944_84, 1], 1e-8))
  }

  /// (2 1; 1 2) has the eigenvalues 3 and 1, too, along the diagonals.
  ///
  /// By elements, the exponential would have a diagonal of other than ½.
  @Test func isTheExponentialOfTheMatrix() throws {
    let matrix = try QuantumEntropy.matrix(Matrix([[2, 1], [1, 2]]))
    #expect(isClose(matrix.values, [0.5, 0.482_013_790, 0.482_013_790, 0.5], 1e-9))
    let scores = QuantumEntropy.scores(Matrix([[2, 0], [1, 1], [1, -1]]), matrix)
    #expect(isClose(scores, [2, 1.964_027_580, 0.035_972_420], 1e-8))
  }

  @Test func nothingStandsOutOfWhiteRows() throws {
    #expect(try QuantumEntropy.matrix(Matrix(diagonal: [1, 0.5])) == Matrix(diagonal: [0.5, 0.5]))
  }

  /// Rows of covariance diag(3, 1): 3·0.98201 + 0.01799.
  @Test func excessByHand() throws {
    let (a, b) = (6.0.squareRoot(), 2.0.squareRoot())
    let rows = Matrix([[a, 0], [-a, 0], [0, b], [0, -b]])
    #expect(isClose([try QuantumEntropy.excess(rows)], [2.964_027_580], 1e-9))
  }
}

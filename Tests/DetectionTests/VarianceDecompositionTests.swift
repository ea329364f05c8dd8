import ComputeBackend
import Detection
import LinearAlgebra
import Testing

@Suite struct VarianceDecompositionTests {
  /// By NumPy, the same iteration written out: eight rounds.
  @Test func agreesWithNumPy() throws {
    let found = try VarianceDecomposition([
      Matrix([[2, 0], [3, 1], [4, 0.5]]), Matrix([[-1, 2], [0, 2.5]]),
      Matrix([[0, -3], [1, -2], [-1, -2.5], [0.5, -2]]),
    ])
    #expect(found.rounds == 8)
    let expected = [
      (
        found.between,
        [1.929_028_513_6, -0.181_199_585_1, -0.181_199_585_1, 3.816_811_258_2]
      ),
      (found.within, [0.538_939_899_9, 0.165_469_613_9, 0.165_469_613_9, 0.147_983_936_2]),
    ]
    for (matrix, values) in expected {
      for (a, b) in zip(matrix.values, values) { #expect(abs(a - b) < 1e-6) }
    }
  }

  /// {1, 1, 1, 5} under S_e = 1: one center leaves 12, two leave nothing; J = 3.
  @Test func splitByHand() throws {
    var random = PhiloxGenerator(seed: 2)
    let rows = Matrix([[1], [1], [1], [5]])
    let split = ClassSplit(rows, using: &random)
    #expect(split.statistic == 3)
    let groups = split.groups(of: rows)
    let own = groups[0]
    #expect(groups == [own, own, own, 1 - own])
    // At 3 both centers are as far: the prior is 3 to 1.
    let probabilities = split.probabilities(of: own, Matrix([[3], [1], [5]]))
    #expect(abs(probabilities[0] - 0.75) < 1e-12)
    // 1 / (1 + ⅓·exp(∓16/2)).
    #expect(abs(probabilities[1] - 0.999_888_192) < 1e-8)
    #expect(abs(probabilities[2] - 0.001_005_376) < 1e-8)
  }

  @Test func equalRowsAreOneGroup() {
    var random = PhiloxGenerator(seed: 2)
    let rows = Matrix(repeating: 1, rows: 4, columns: 2)
    let split = ClassSplit(rows, using: &random)
    #expect(split.statistic == 0 && split.groups(of: rows) == [0, 0, 0, 0])
    #expect(split.probabilities(of: 0, rows) == [1, 1, 1, 1])
    #expect(split.probabilities(of: 1, rows) == [0, 0, 0, 0])
  }
}

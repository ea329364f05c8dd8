import Foundation
import LinearAlgebra
import Testing

@Suite struct LinearAlgebraTests {
  private func isClose(_ a: Matrix, _ b: Matrix) -> Bool {
    a.rows == b.rows && a.columns == b.columns
      && zip(a.values, b.values).allSatisfy { abs($0 - $1) < 1e-12 }
  }

  @Test func productsByHand() {
    let a = Matrix([[1, 2, 3], [4, 5, 6]])
    let b = Matrix([[1, 0], [0, 1], [1, -1]])
    #expect(a * b == Matrix([[4, -1], [10, -1]]))
    #expect(a * [1, 0, -1] == [-2, -2])
    #expect(a.gram == Matrix([[17, 22, 27], [22, 29, 36], [27, 36, 45]]))
    #expect(a.timesTransposed(a) == Matrix([[14, 32], [32, 77]]))
    #expect(a.transposed == Matrix([[1, 4], [2, 5], [3, 6]]))
    #expect(a.columnMeans == [2.5, 3.5, 4.5] && a.gram.trace == 91)
    #expect(a.subtracting(a.columnMeans) == Matrix([[-1.5, -1.5, -1.5], [1.5, 1.5, 1.5]]))
  }

  /// [[2, 1], [1, 2]] has 3 along (1, 1) and 1 along (1, −1).
  @Test func eigenvectorsByHand() throws {
    let found = try SymmetricEigendecomposition(Matrix([[2, 1], [1, 2]]))
    let half = 0.5.squareRoot()
    #expect(isClose(Matrix([found.values]), Matrix([[3, 1]])))
    let (first, second) = (found.vectors.row(0), found.vectors.row(1))
    for element in first { #expect(abs(element - half) < 1e-12) }
    for element in second { #expect(abs(abs(element) - half) < 1e-12) }
    #expect(abs(second.reduce(0, +)) < 1e-12)
    // Its square, by hand.
    #expect(isClose(found.applying { $0 * $0 }, Matrix([[5, 4], [4, 5]])))
  }

  /// Only the part on and below the diagonal counts.
  @Test func readsTheLowerTriangle() throws {
    let full = Matrix([[4, 1, -2], [1, 3, 0.5], [-2, 0.5, 2]])
    var lower = full
    (lower[0, 1], lower[0, 2], lower[1, 2]) = (9, 9, 9)
    #expect(try SymmetricEigendecomposition(lower) == SymmetricEigendecomposition(full))
    #expect(CholeskyDecomposition(lower) == CholeskyDecomposition(full))
    #expect(isClose(try SymmetricEigendecomposition(full).applying { $0 }, full))
  }

  /// diag(3, 2) between rotations by hand; one more row or column of zeros.
  @Test(arguments: [false, true]) func singularValuesByHand(isTransposed: Bool) throws {
    let tall = Matrix([[0, 2], [-3, 0], [0, 0]])
    let matrix = isTransposed ? tall.transposed : tall
    let found = try SingularValueDecomposition(matrix)
    #expect(isClose(Matrix([found.values]), Matrix([[3, 2]])))
    #expect(isClose(found.left * Matrix(diagonal: found.values) * found.right, matrix))
    #expect(
      isClose(found.right, isTransposed ? Matrix([[0, 1, 0], [1, 0, 0]]) : .identity(2)))
    #expect(
      isClose(
        found.left,
        isTransposed ? Matrix([[-1, 0], [0, 1]]) : Matrix([[0, 1], [-1, 0], [0, 0]])))
  }

  /// NumPy: np.linalg.svd([[1,2,3],[4,5,6],[7,8,10],[1,0,1]]).
  @Test func singularValuesOfNumPy() throws {
    let matrix = Matrix([[1, 2, 3], [4, 5, 6], [7, 8, 10], [1, 0, 1]])
    let found = try SingularValueDecomposition(matrix)
    let expected = [17.450895584636637, 0.9869391657365876, 0.7015656613921288]
    for (value, other) in zip(found.values, expected) { #expect(abs(value - other) < 1e-12) }
    #expect(isClose(found.left * Matrix(diagonal: found.values) * found.right, matrix))
    #expect(isClose(found.left.gram, .identity(3)))
  }

  /// L = [[2, 0], [1, 3]] by hand.
  @Test func choleskyByHand() throws {
    let found = try #require(CholeskyDecomposition(Matrix([[4, 2], [2, 10]])))
    #expect(isClose(found.factor, Matrix([[2, 0], [1, 3]])))
    #expect(abs(found.logDeterminant - log(36)) < 1e-12)
    // 4·1 + 2·2 = 8, 2·1 + 10·2 = 22; and the second unit vector's.
    let solution = found.solve(Matrix([[8, 0], [22, 1]]))
    #expect(isClose(solution, Matrix([[1, -2.0 / 36], [2, 4.0 / 36]])))
    #expect(CholeskyDecomposition(Matrix([[1, 2], [2, 1]])) == nil)
    #expect(CholeskyDecomposition(Matrix([[.nan]])) == nil)
  }

  @Test func refusesWhatIsNotFinite() {
    let matrix = Matrix([[1, .infinity], [.infinity, 1]])
    #expect(throws: LinearAlgebraError.notFinite) { try SymmetricEigendecomposition(matrix) }
    #expect(throws: LinearAlgebraError.notFinite) { try SingularValueDecomposition(matrix) }
  }
}

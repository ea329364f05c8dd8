import LinearAlgebra
import Testing

@Suite struct MatrixSamplesTests {
  private let rows = Matrix([[1, 2], [3, 2], [5, 8]])

  @Test func selectsRowsAndColumns() {
    #expect(rows.selecting(rows: [2, 0]) == Matrix([[5, 8], [1, 2]]))
    #expect(rows.prefix(columns: 1) == Matrix([[1], [3], [5]]))
    #expect(rows.prefix(columns: 2) == rows)
    #expect(Matrix(rows: 1, columns: 2, values: [0.5, 2] as [Float]) == Matrix([[0.5, 2]]))
    #expect(rows.squaredRowLengths == [5, 13, 89])
  }

  /// Columns less their means: (−2, 0, 2) and (−2, −2, 4); squares 8 and 24, product 12.
  @Test func covarianceByHand() {
    #expect(rows.centered == Matrix([[-2, -2], [0, -2], [2, 4]]))
    let covariance = rows.covariance
    for (found, product) in zip(covariance.values, [8.0, 12, 12, 24]) {
      #expect(abs(found - product / 3) < 1e-12)
    }
  }

  /// Points on a line along (3, 4) have one component: their places on it.
  @Test func principalComponentsOfALine() throws {
    let places = [-2.0, 0, 1, 1]
    let line = Matrix(places.map { [7 + 3 * $0, 4 * $0 - 1] })
    let found = try line.principalComponents(5)
    #expect(found.columns == 2)
    for (row, place) in places.enumerated() {
      #expect(abs(found[row, 0] - 5 * place) < 1e-12 && abs(found[row, 1]) < 1e-12)
    }
    #expect(try line.principalComponents(1) == found.prefix(columns: 1))
  }
}

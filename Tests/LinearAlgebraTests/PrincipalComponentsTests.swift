import LinearAlgebra
import Testing

@Suite struct PrincipalComponentsTests {
  /// Points on the line (1, 2, 2)·t + (5, 0, 1), a few more rows than columns or fewer.
  @Test(arguments: [2, 3, 9]) func aLineHasOneDirection(count: Int) throws {
    let offsets = (0..<count).map { Double($0) - Double(count - 1) / 2 }
    let rows = Matrix(offsets.map { t in [5 + t, 2 * t, 1 + 2 * t] })
    let found = try PrincipalComponents(of: rows, count: 1)
    for (a, b) in zip(found.mean, [5.0, 0, 1]) { #expect(abs(a - b) < 1e-12) }
    for (a, b) in zip(found.directions.values, [1.0 / 3, 2.0 / 3, 2.0 / 3]) {
      #expect(abs(a - b) < 1e-12)
    }
    for (a, b) in zip(found(rows).values, offsets) { #expect(abs(a - 3 * b) < 1e-12) }
  }

  @Test func directionsComeByVariance() throws {
    let rows = Matrix([
      [0, 1, 0], [0, -1, 0], [3, 0, 0], [-3, 0, 0], [0, 0, 0.5], [0, 0, -0.5],
    ])
    let found = try PrincipalComponents(of: rows, count: 7)
    #expect(found.directions.rows == 3)
    for (row, column) in [0, 1, 2].enumerated() {
      #expect(abs(found.directions[row, column] - 1) < 1e-12)
    }
  }
}

import LinearAlgebra
import Testing

@Suite struct GreatestEigenpairTests {
  /// [[2, 1], [1, 2]] has 3 with (1, 1)/√2.
  @Test func byHand() throws {
    let matrix = Matrix([[2, 1], [1, 2]])
    let found = try GreatestEigenpair(size: 2) { matrix * $0 }
    #expect(abs(found.value - 3) < 1e-12)
    for value in found.vector { #expect(abs(value - 0.5.squareRoot()) < 1e-12) }
  }

  /// A Gram matrix of 60 rows in 90 columns whose numbers follow no pattern.
  @Test func agreesWithLAPACK() throws {
    let rows = Matrix(
      rows: 60, columns: 90,
      values: (1...5400).map { (Double($0 * $0) * 0.7548776662).truncatingRemainder(dividingBy: 1) }
    )
    let gram = rows.timesTransposed(rows)
    let reference = try SymmetricEigendecomposition(gram)
    let found = try GreatestEigenpair(size: 60) { gram * $0 }
    #expect(abs(found.value / reference.values[0] - 1) < 1e-12)
    for (a, b) in zip(found.vector, reference.vectors.row(0)) { #expect(abs(a - b) < 1e-8) }
    // Less its mean, where the greatest eigenvalues are close.
    let centered = rows.centered
    let close = centered.timesTransposed(centered)
    let closeReference = try SymmetricEigendecomposition(close)
    let closeFound = try GreatestEigenpair(size: 60) { close * $0 }
    #expect(abs(closeFound.value / closeReference.values[0] - 1) < 1e-12)
    for (a, b) in zip(closeFound.vector, closeReference.vectors.row(0)) {
      #expect(abs(a - b) < 1e-6)
    }
  }

  /// Operators that make little or nothing of the start.
  @Test func ofLowRank() throws {
    let zero = try GreatestEigenpair(size: 4) { $0.map { _ in 0 } }
    #expect(zero.value == 0 && zero.vector.count == 4)
    #expect(try GreatestEigenpair(size: 1) { $0.map { 5 * $0 } }.value == 5)
    let unit = (0..<200).map { $0 == 17 ? 1.0 : 0 }
    let projection = try GreatestEigenpair(size: 200) { x in unit.map { 7 * $0 * x[17] } }
    #expect(abs(projection.value - 7) < 1e-12)
    for (a, b) in zip(projection.vector, unit) { #expect(abs(a - b) < 1e-12) }
  }

  @Test func refusesWhatIsNoNumber() {
    #expect(throws: LinearAlgebraError.notFinite) {
      try GreatestEigenpair(size: 8) { $0.map { _ in .nan } }
    }
  }
}

import LinearAlgebra

/// Features as the sum of a part that a class shares and a part of each sample's own, both normal:
/// x = μ + u_class + e, with the covariances S_u and S_e (SCAn, Tang et al., 2021).
///
/// Estimated by alternating between the parts that the covariances expect and the covariances of
/// these parts.
package struct VarianceDecomposition {
  /// S_u, between classes.
  package private(set) var between: Matrix
  /// S_e, within classes.
  package private(set) var within: Matrix
  package private(set) var rounds = 0

  /// Rounds end when both covariances change by less than this share of their norms.
  private static let tolerance = 1e-5
  private static let greatestRounds = 100

  /// - Parameter classes: rows of each class, which are clean; at least two classes, and more rows
  ///   than classes.
  /// - Throws: `LinearAlgebraError`.
  package init(_ classes: [Matrix]) throws {
    precondition(classes.count > 1, "VarianceDecomposition: \(classes.count) classes")
    let count = classes.reduce(0) { $0 + $1.rows }
    let mean = classes.map { Double($0.rows) / Double(count) * Matrix([$0.columnMeans]) }
      .reduce(Matrix(rows: 1, columns: classes[0].columns), +).values
    let classes = classes.map { $0.subtracting(mean) }
    let means = classes.map(\.columnMeans)
    (between, within) = Self.covariances(classes, parts: means)
    for round in 1...Self.greatestRounds {
      rounds = round
      let parts = try zip(classes, means).map { try part(of: $0, mean: $1) }
      let next = Self.covariances(classes, parts: parts)
      let change = (next.between - between).norm + (next.within - within).norm
      let size = between.norm + within.norm
      (between, within) = next
      if change <= Self.tolerance * size { break }
    }
  }

  /// u = S_u·(n·S_u + S_e)⁻¹·Σx of a class of n rows.
  private func part(of rows: Matrix, mean: [Double]) throws -> [Double] {
    let count = Double(rows.rows)
    let total = count * between + within
    let ridge = Self.ridge * total.trace / Double(total.rows)
    guard
      let decomposition = CholeskyDecomposition(
        total + ridge * Matrix.identity(total.rows))
    else { return [Double](repeating: 0, count: mean.count) }
    return between * decomposition.solve(mean.map { count * $0 })
  }

  /// Keeps directions without variance finite.
  private static let ridge = 1e-9

  private static func covariances(
    _ classes: [Matrix], parts: [[Double]]
  ) -> (between: Matrix, within: Matrix) {
    let count = classes.reduce(0) { $0 + $1.rows }
    let rest = zip(classes, parts).map { $0.subtracting($1).gram }
    return (
      (1 / Double(parts.count)) * Matrix(parts).gram,
      (1 / Double(count)) * rest.dropFirst().reduce(rest[0], +)
    )
  }
}

extension Matrix {
  /// The root of the sum of squares.
  fileprivate var norm: Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
}

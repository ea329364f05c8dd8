import ComputeBackend
import LinearAlgebra
import Support

/// What SPECTRE finds in one class, for each assumed share of poison.
package struct SpectreClass {
  package struct Finding: Sendable {
    /// ε.
    package var rate: Double
    package var filter: QuantumEntropyFilter
    /// The filter's excess in normal rows with the covariance of those that it keeps, as often as
    /// they were drawn.
    package var nulls: [Double]

    /// The excess as a multiple of what normal rows have on average.
    package var ratio: Double { filter.excess / (nulls.reduce(0, +) / Double(nulls.count)) }

    /// Whether no normal rows have as much.
    package var exceedsAll: Bool { nulls.allSatisfy { filter.excess > $0 } }
  }

  /// By assumed share.
  package let findings: [Finding]
  private let components: PrincipalComponents

  /// The scores of features of the class by one of the findings' filters.
  package func scores(of rows: Matrix, by filter: QuantumEntropyFilter) -> [Double] {
    filter.scores(of: components(rows))
  }

  /// Draws of normal rows.
  ///
  /// Kept rows drawn with replacement would not do: with few rows for many columns, repeated ones
  /// lie so close together that all others seem to stand out.
  private static let draws = 5

  /// - Parameters:
  ///   - rows: a class's features.
  ///   - rates: shares of poison to assume.
  ///   - stream: tells the draws of classes apart.
  /// - Throws: `LinearAlgebraError`.
  package init(_ rows: Matrix, rates: [Double], seed: UInt64, stream: Int32) throws {
    let components = try PrincipalComponents(
      of: rows, count: QuantumEntropyFilter.dimensions(rows: rows.rows))
    let rows = components(rows)
    self.components = components
    findings = try Parallel.map(rates.count) { part in
      try part.map { try Self.finding(rows, rate: rates[$0], number: $0, seed, stream) }
    }
  }

  private static func finding(
    _ rows: Matrix, rate: Double, number: Int, _ seed: UInt64, _ stream: Int32
  ) throws -> Finding {
    let filter = try QuantumEntropyFilter(rows, rate: rate)
    let kept = rows.selecting(rows: filter.kept(of: rows))
    let spread = try SymmetricEigendecomposition(kept.covariance)
    // Along the eigenvectors: the filter turns the rows to their principal components anyway.
    let deviations = spread.values.map { max($0, 0).squareRoot() }
    let nulls = try (0..<draws).map { draw in
      let key = NoiseKey(
        seed: seed, step: UInt32(number * draws + draw), purpose: .normalResamples)
      let normals = Philox.row(key, stream: stream, count: rows.values.count, normal: true)
      let drawn = Matrix(
        rows: rows.rows, columns: rows.columns,
        values: normals.indices.map { Double(normals[$0]) * deviations[$0 % rows.columns] })
      return try QuantumEntropyFilter(drawn.principalComponents(rows.columns), rate: rate).excess
    }
    return Finding(rate: rate, filter: filter, nulls: nulls)
  }
}

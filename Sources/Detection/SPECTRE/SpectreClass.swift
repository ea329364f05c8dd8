import ComputeBackend
import LinearAlgebra

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
    let rows = try rows.principalComponents(
      QuantumEntropyFilter.dimensions(rows: rows.rows))
    findings = try rates.enumerated().map { number, rate in
      let filter = try QuantumEntropyFilter(rows, rate: rate)
      let spread = try SymmetricEigendecomposition(rows.selecting(rows: filter.kept).covariance)
      // Along the eigenvectors: the filter turns the rows to their principal components anyway.
      let deviations = spread.values.map { max($0, 0).squareRoot() }
      let nulls = try (0..<Self.draws).map { draw in
        let key = NoiseKey(
          seed: seed, step: UInt32(number * Self.draws + draw), purpose: .normalResamples)
        let normals = Philox.row(key, stream: stream, count: rows.values.count, normal: true)
        let drawn = Matrix(
          rows: rows.rows, columns: rows.columns,
          values: normals.indices.map { Double(normals[$0]) * deviations[$0 % rows.columns] })
        return try QuantumEntropyFilter(drawn.principalComponents(rows.columns), rate: rate).excess
      }
      return Finding(rate: rate, filter: filter, nulls: nulls)
    }
  }
}

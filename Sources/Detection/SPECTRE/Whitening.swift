import LinearAlgebra

/// The map under which some rows get mean 0 and covariance I: x ↦ (x − μ)·Σ^(−1/2).
package struct Whitening {
  private let mean: [Double]
  private let map: Matrix

  /// A ridge of this share of the mean variance keeps directions without variance finite.
  private static let ridge = 1e-6

  /// - Throws: `LinearAlgebraError`.
  package init(_ rows: Matrix) throws {
    try self.init(mean: rows.columnMeans, covariance: rows.covariance)
  }

  /// - Throws: `LinearAlgebraError`.
  package init(mean: [Double], covariance: Matrix) throws {
    self.mean = mean
    let ridge = Self.ridge * covariance.trace / Double(covariance.rows)
    map = try SymmetricEigendecomposition(covariance).applying { variance in
      let variance = max(variance, 0) + ridge
      return variance > 0 ? 1 / variance.squareRoot() : 0
    }
  }

  package func callAsFunction(_ rows: Matrix) -> Matrix { rows.subtracting(mean) * map }

  /// By a filter: three times what is left is made white, and the rows on which the polynomial of
  /// `QuadraticFilter` deviates most are dropped, `share`/2 of all each time.
  ///
  /// Simplifies SPECTRE's robust estimate of the covariance, whose filter draws how many to drop.
  package static func robust(_ rows: Matrix, share: Double) throws -> Whitening {
    var kept = Array(0..<rows.rows)
    let dropped = Int(share / 2 * Double(rows.rows))
    for _ in 0..<3 where dropped > 0 && kept.count - dropped > 1 {
      let remaining = rows.selecting(rows: kept)
      let deviations = try QuadraticFilter.deviations(Whitening(remaining)(remaining))
      // Of equal deviations the first stay.
      kept = deviations.indices.sorted { (deviations[$0], $0) < (deviations[$1], $1) }
        .dropLast(dropped).map { kept[$0] }.sorted()
    }
    return try Whitening(rows.selecting(rows: kept))
  }
}

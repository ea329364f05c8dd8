import LinearAlgebra
import Support

/// The polynomial of second degree that varies most over white rows: where a few rows agree to lie
/// in one direction, it does so more than normal rows allow, even though their variance there is
/// that of all others (Diakonikolas et al., 2017).
enum QuadraticFilter {
  /// Rows that determine the polynomial at most, evenly spaced.
  private static let greatestRows = 512

  /// |p(x) − median p| of every row.
  ///
  /// p(x) = xᵀPx with P = Σ aᵢxᵢxᵢᵀ, where a is the first eigenvector of the centered matrix of
  /// (xᵢ·xⱼ)², the inner products of the rows' products.
  ///
  /// - Throws: `LinearAlgebraError`.
  static func deviations(_ rows: Matrix) throws -> [Double] {
    let step = (rows.rows + greatestRows - 1) / greatestRows
    let chosen = rows.selecting(rows: Array(stride(from: 0, to: rows.rows, by: step)))
    var kernel = chosen.timesTransposed(chosen)
    for place in kernel.values.indices { kernel.values[place] *= kernel.values[place] }
    let centered = kernel.centered.transposed.centered
    let weights = try GreatestEigenpair(size: centered.rows) { centered * $0 }.vector
    var weighted = chosen
    for (row, weight) in weights.enumerated() {
      for column in 0..<weighted.columns { weighted[row, column] *= weight }
    }
    let values = QuantumEntropy.scores(rows, weighted.transposed * chosen)
    let median = Median.of(values) ?? 0
    return values.map { abs($0 - median) }
  }
}

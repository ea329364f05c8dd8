import Foundation
import LinearAlgebra

/// Quantum entropy scores of white rows (SPECTRE, Hayase et al., 2021, after Dong et al., 2019):
/// how far each lies in the directions in which all together vary more than they should.
package enum QuantumEntropy {
  /// α.
  private static let strength = 4.0

  /// M = exp(α·(Σ′ − I) / (‖Σ′‖₂ − 1)), the matrix exponential, with trace 1; I / k where ‖Σ′‖₂ is
  /// at most 1.
  ///
  /// - Throws: `LinearAlgebraError`.
  package static func matrix(_ covariance: Matrix) throws -> Matrix {
    let eigen = try SymmetricEigendecomposition(covariance)
    let excess = eigen.values[0] - 1
    let exponential = eigen.applying { excess > 0 ? exp(strength * ($0 - 1) / excess) : 1 }
    return (1 / exponential.trace) * exponential
  }

  /// xᵀMx of every row.
  package static func scores(_ rows: Matrix, _ matrix: Matrix) -> [Double] {
    let products = rows * matrix
    return (0..<rows.rows).map { index in
      zip(products.row(index), rows.row(index)).reduce(0) { $0 + $1.0 * $1.1 }
    }
  }

  /// tr(Σ′M) of rows: how much more than they should they vary where they do so most.
  package static func excess(_ rows: Matrix) throws -> Double {
    let covariance = rows.covariance
    let matrix = try matrix(covariance)
    return zip(covariance.values, matrix.values).reduce(0) { $0 + $1.0 * $1.1 }
  }
}

import COpenBLAS
import Foundation

/// A = L·Lᵀ of a symmetric positive definite matrix, by LAPACK.
public struct CholeskyDecomposition: Equatable, Sendable {
  /// L, with zeros above the diagonal.
  public let factor: Matrix

  /// - Parameter matrix: square; its part on and below the diagonal is read.
  /// - Returns: nil if the matrix is not positive definite, or not finite.
  public init?(_ matrix: Matrix) {
    precondition(
      matrix.rows == matrix.columns, "CholeskyDecomposition: \(matrix.rows)×\(matrix.columns)")
    guard matrix.values.allSatisfy(\.isFinite) else { return nil }
    var size = Int32(matrix.rows)
    var factor = matrix
    var information: Int32 = 0
    LAPACK.useOneThread()
    // Below the diagonal row by row is above it column by column.
    dpotrf_("U", &size, &factor.values, &size, &information, 1)
    precondition(information >= 0, "dpotrf: argument \(-information)")
    guard information == 0 else { return nil }
    for row in 0..<matrix.rows {
      for column in row + 1..<max(matrix.columns, row + 1) { factor[row, column] = 0 }
    }
    self.factor = factor
  }

  /// X of A·X = B, B of as many rows.
  public func solve(_ right: Matrix) -> Matrix {
    precondition(
      right.rows == factor.rows, "CholeskyDecomposition: \(right.rows) rows for \(factor.rows)")
    var size = Int32(factor.rows)
    var count = Int32(right.columns)
    var solution = right.transposed
    var information: Int32 = 0
    dpotrs_("U", &size, &count, factor.values, &size, &solution.values, &size, &information, 1)
    precondition(information == 0, "dpotrs: argument \(-information)")
    return solution.transposed
  }

  /// x of A·x = b.
  public func solve(_ right: [Double]) -> [Double] {
    solve(Matrix(rows: right.count, columns: 1, values: right)).values
  }

  /// ln det A.
  public var logDeterminant: Double {
    (0..<factor.rows).reduce(0) { $0 + 2 * log(factor[$1, $1]) }
  }
}

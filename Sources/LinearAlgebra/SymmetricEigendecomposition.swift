import COpenBLAS

/// A = VᵀΛV of a symmetric matrix, by LAPACK's divide and conquer.
public struct SymmetricEigendecomposition: Equatable, Sendable {
  /// Eigenvalues, the greatest first.
  public let values: [Double]
  /// V: unit eigenvectors as rows, in the order of the eigenvalues, each with its element of
  /// greatest magnitude positive.
  public let vectors: Matrix

  /// - Parameter matrix: square; its part on and below the diagonal is read.
  /// - Throws: `LinearAlgebraError`.
  public init(_ matrix: Matrix) throws {
    precondition(
      matrix.rows == matrix.columns,
      "SymmetricEigendecomposition: \(matrix.rows)×\(matrix.columns)")
    try matrix.requireFinite()
    var size = Int32(matrix.rows)
    var elements = matrix.values
    var values = [Double](repeating: 0, count: matrix.rows)
    // Below the diagonal row by row is above it column by column.
    try LAPACK.withWorkSpace("dsyevd") { work, count, integers, integerCount, information in
      var (count, integerCount) = (count, integerCount)
      dsyevd_(
        "V", "U", &size, &elements, &size, &values, &work, &count, &integers, &integerCount,
        &information, 1, 1)
    }
    // A column of the result is a row of ours; eigenvalues come in ascending order.
    let order = values.indices.reversed()
    let vectors = Matrix(rows: matrix.rows, columns: matrix.rows, values: elements)
    self.values = order.map { values[$0] }
    self.vectors = Matrix(order.map { Self.oriented(vectors.row($0)) })
  }

  /// Vᵀ·f(Λ)·V: a function of the matrix, such as its exponential or its root.
  public func applying(_ function: (Double) -> Double) -> Matrix {
    var scaled = vectors
    for (row, value) in values.enumerated() {
      let factor = function(value)
      for column in 0..<scaled.columns { scaled[row, column] *= factor }
    }
    return vectors.transposed * scaled
  }

  /// The vector or its opposite, so that equal matrices give equal results everywhere.
  static func oriented(_ vector: ArraySlice<Double>) -> [Double] {
    let greatest = vector.max { abs($0) < abs($1) } ?? 0
    return greatest < 0 ? vector.map { -$0 } : Array(vector)
  }
}

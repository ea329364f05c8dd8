import COpenBLAS

/// A = U·diag(s)·V of a matrix `[m, n]`, the thin one with k = min(m, n), by LAPACK's divide and
/// conquer.
public struct SingularValueDecomposition: Equatable, Sendable {
  /// U, `[m, k]`: left singular vectors as columns.
  public let left: Matrix
  /// s, `[k]`: the greatest first.
  public let values: [Double]
  /// V, `[k, n]`: right singular vectors as rows, each with its element of greatest magnitude
  /// positive.
  public let right: Matrix

  /// - Throws: `LinearAlgebraError`.
  public init(_ matrix: Matrix) throws {
    try matrix.requireFinite()
    let count = min(matrix.rows, matrix.columns)
    var (m, n, k) = (Int32(matrix.rows), Int32(matrix.columns), Int32(count))
    var elements = matrix.values
    var values = [Double](repeating: 0, count: count)
    var left = Matrix(rows: matrix.rows, columns: count)
    var right = Matrix(rows: count, columns: matrix.columns)
    // Row by row A is Aᵀ column by column, so left and right change places.
    try LAPACK.withWorkSpace("dgesdd") { work, size, integers, _, information in
      var size = size
      // The routine states this size in its documentation only.
      if size < 0 { integers = [Int32(8 * count)] }
      dgesdd_(
        "S", &n, &m, &elements, &n, &values, &right.values, &n, &left.values, &k, &work, &size,
        &integers, &information, 1)
    }
    for row in 0..<count {
      let oriented = SymmetricEigendecomposition.oriented(right.row(row))
      if oriented.elementsEqual(right.row(row)) { continue }
      for column in 0..<right.columns { right[row, column] = oriented[column] }
      for index in 0..<left.rows { left[index, row] *= -1 }
    }
    self.left = left
    self.values = values
    self.right = right
  }
}

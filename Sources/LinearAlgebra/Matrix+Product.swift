import COpenBLAS

extension Matrix {
  public static func * (a: Matrix, b: Matrix) -> Matrix {
    product(a, transposeA: false, b, transposeB: false)
  }

  /// The matrix on a vector `[columns]`: `[rows]`.
  public static func * (a: Matrix, b: [Double]) -> [Double] {
    precondition(a.columns == b.count, "Matrix product: \(a.rows)×\(a.columns) and \(b.count)")
    var result = [Double](repeating: 0, count: a.rows)
    LAPACK.useOneThread()
    cblas_dgemv(
      CblasRowMajor, CblasNoTrans, Int32(a.rows), Int32(a.columns), 1, a.values,
      Int32(a.columns), b, 1, 0, &result, 1)
    return result
  }

  /// AᵀA, `[columns, columns]`.
  public var gram: Matrix { Self.product(self, transposeA: true, self, transposeB: false) }

  /// A·Bᵀ.
  public func timesTransposed(_ b: Matrix) -> Matrix {
    Self.product(self, transposeA: false, b, transposeB: true)
  }

  private static func product(
    _ a: Matrix, transposeA: Bool, _ b: Matrix, transposeB: Bool
  ) -> Matrix {
    let (rows, inner) = transposeA ? (a.columns, a.rows) : (a.rows, a.columns)
    let (innerB, columns) = transposeB ? (b.columns, b.rows) : (b.rows, b.columns)
    precondition(
      inner == innerB, "Matrix product: \(rows)×\(inner) and \(innerB)×\(columns)")
    var result = Matrix(rows: rows, columns: columns)
    LAPACK.useOneThread()
    cblas_dgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
      Int32(rows), Int32(columns), Int32(inner), 1, a.values, Int32(a.columns), b.values,
      Int32(b.columns), 0, &result.values, Int32(columns))
    return result
  }
}

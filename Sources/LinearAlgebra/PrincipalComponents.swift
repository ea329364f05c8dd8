/// The directions in which rows vary most, about their mean.
public struct PrincipalComponents: Equatable, Sendable {
  /// `[columns]`.
  public let mean: [Double]
  /// Unit vectors as rows, `[k, columns]`: the direction of the greatest variance first, each with
  /// its element of greatest magnitude positive.
  public let directions: Matrix

  /// - Parameter count: of components, at most as many as there are rows or columns.
  /// - Throws: `LinearAlgebraError`.
  public init(of rows: Matrix, count: Int) throws {
    mean = rows.columnMeans
    let centered = rows.subtracting(mean)
    // The smaller one of both squares has all directions.
    let all =
      rows.rows > rows.columns
      ? try SymmetricEigendecomposition(centered.gram).vectors
      : try SingularValueDecomposition(centered).right
    directions = all.selecting(rows: 0..<min(count, all.rows))
  }

  /// Rows less the mean, in the directions: `[rows, k]`.
  public func callAsFunction(_ rows: Matrix) -> Matrix {
    rows.subtracting(mean).timesTransposed(directions)
  }
}

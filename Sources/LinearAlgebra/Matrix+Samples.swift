/// Matrices whose rows are samples.
extension Matrix {
  /// From rows of 32-bit numbers.
  public init(rows: Int, columns: Int, values: some Sequence<Float>) {
    self.init(rows: rows, columns: columns, values: values.map(Double.init))
  }

  /// Rows in the order given.
  public func selecting(rows indices: some Collection<Int>) -> Matrix {
    var values: [Double] = []
    values.reserveCapacity(indices.count * columns)
    for index in indices { values += row(index) }
    return Matrix(rows: indices.count, columns: columns, values: values)
  }

  /// The first `count` columns.
  public func prefix(columns count: Int) -> Matrix {
    precondition((1...columns).contains(count), "Matrix.prefix: \(count) of \(columns) columns")
    guard count < columns else { return self }
    return Matrix(
      rows: rows, columns: count, values: (0..<rows).flatMap { row($0).prefix(count) })
  }

  /// The rows less their mean.
  public var centered: Matrix { subtracting(columnMeans) }

  /// Of the columns, `[columns, columns]`: the mean of the products of the centered rows.
  public var covariance: Matrix { (1 / Double(rows)) * centered.gram }

  /// ‖x‖² of every row.
  public var squaredRowLengths: [Double] {
    (0..<rows).map { row($0).reduce(0) { $0 + $1 * $1 } }
  }

  /// The rows in the directions of their `count` greatest variances, at most as many as there are
  /// rows or columns; see `PrincipalComponents`.
  ///
  /// - Throws: `LinearAlgebraError`.
  public func principalComponents(_ count: Int) throws -> Matrix {
    try PrincipalComponents(of: self, count: count)(self)
  }
}

/// A matrix of Doubles, row by row.
public struct Matrix: Equatable, Sendable {
  public let rows: Int
  public let columns: Int
  /// `[rows, columns]`.
  public var values: [Double]

  /// - Parameter values: row by row.
  public init(rows: Int, columns: Int, values: [Double]) {
    precondition(
      rows > 0 && columns > 0 && values.count == rows * columns,
      "Matrix: \(values.count) values for \(rows)×\(columns)")
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  /// From rows of one length.
  public init(_ rows: [[Double]]) {
    self.init(rows: rows.count, columns: rows.first?.count ?? 0, values: rows.flatMap { $0 })
  }

  public init(repeating value: Double = 0, rows: Int, columns: Int) {
    self.init(
      rows: rows, columns: columns, values: [Double](repeating: value, count: rows * columns))
  }

  /// A square matrix with zeros beside its diagonal.
  public init(diagonal: [Double]) {
    self.init(rows: diagonal.count, columns: diagonal.count)
    for (index, value) in diagonal.enumerated() { self[index, index] = value }
  }

  public static func identity(_ size: Int) -> Matrix {
    Matrix(diagonal: [Double](repeating: 1, count: size))
  }

  public subscript(row: Int, column: Int) -> Double {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  public func row(_ row: Int) -> ArraySlice<Double> {
    values[row * columns..<(row + 1) * columns]
  }

  public var transposed: Matrix {
    var result = Matrix(rows: columns, columns: rows)
    for row in 0..<rows {
      for column in 0..<columns { result[column, row] = self[row, column] }
    }
    return result
  }

  public var trace: Double { (0..<min(rows, columns)).reduce(0) { $0 + self[$1, $1] } }

  /// The mean of each column.
  public var columnMeans: [Double] {
    var means = [Double](repeating: 0, count: columns)
    for row in 0..<rows {
      for column in 0..<columns { means[column] += self[row, column] }
    }
    return means.map { $0 / Double(rows) }
  }

  /// `offsets` `[columns]` subtracted from every row.
  public func subtracting(_ offsets: [Double]) -> Matrix {
    precondition(
      offsets.count == columns, "Matrix.subtracting: \(offsets.count) for \(columns) columns")
    var result = self
    for row in 0..<rows {
      for column in 0..<columns { result[row, column] -= offsets[column] }
    }
    return result
  }

  public static func + (a: Matrix, b: Matrix) -> Matrix { combined(a, b, +) }
  public static func - (a: Matrix, b: Matrix) -> Matrix { combined(a, b, -) }
  public static func * (a: Double, b: Matrix) -> Matrix {
    Matrix(rows: b.rows, columns: b.columns, values: b.values.map { a * $0 })
  }

  private static func combined(
    _ a: Matrix, _ b: Matrix, _ operation: (Double, Double) -> Double
  ) -> Matrix {
    precondition(
      a.rows == b.rows && a.columns == b.columns,
      "Matrix: \(a.rows)×\(a.columns) and \(b.rows)×\(b.columns)")
    return Matrix(rows: a.rows, columns: a.columns, values: zip(a.values, b.values).map(operation))
  }
}

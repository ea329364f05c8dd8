/// Rows of unit length, for cosines; a row of zeros stays one.
package struct Directions: Sendable {
  /// `[N, columns]`.
  package let values: [Float]
  package let columns: Int

  /// - Parameter values: `[N, columns]`.
  package init(_ values: [Float], columns: Int) {
    precondition(
      columns > 0 && values.count % columns == 0,
      "Directions: \(values.count) values in \(columns) columns")
    self.columns = columns
    var unit = values
    for start in stride(from: 0, to: values.count, by: columns) {
      let length = Self.length(values[start..<start + columns])
      guard length > 0 else { continue }
      for index in start..<start + columns { unit[index] = Float(Double(values[index]) / length) }
    }
    self.values = unit
  }

  package subscript(row: Int) -> [Float] { Array(values[row * columns..<(row + 1) * columns]) }

  /// The cosine of a row with a vector, which need not have unit length; 0 for a vector of zeros.
  package func cosine(_ row: Int, with vector: [Float]) -> Float {
    let length = Self.length(vector[...])
    guard length > 0 else { return 0 }
    var sum = 0.0
    for column in 0..<columns {
      sum += Double(values[row * columns + column]) * Double(vector[column])
    }
    return Float(sum / length)
  }

  /// Cosines of all rows with one vector.
  package func cosines(with vector: [Float]) -> [Float] {
    (0..<values.count / columns).map { cosine($0, with: vector) }
  }

  private static func length(_ vector: ArraySlice<Float>) -> Double {
    vector.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
  }
}

/// Rows of unit length, for cosines; a row of zeros stays one.
package struct Directions: Sendable {
  private let values: [Float]
  private let columns: Int

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

  /// Cosines of all rows with one vector, which need not have unit length.
  package func cosines(with vector: [Float]) -> [Float] {
    let length = Self.length(vector[...])
    return stride(from: 0, to: values.count, by: columns).map { start in
      guard length > 0 else { return 0 }
      var sum = 0.0
      for column in 0..<columns { sum += Double(values[start + column]) * Double(vector[column]) }
      return Float(sum / length)
    }
  }

  private static func length(_ vector: ArraySlice<Float>) -> Double {
    vector.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
  }
}

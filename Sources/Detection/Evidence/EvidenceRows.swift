import LinearAlgebra

/// Rows of numbers on the host, one for each sample, `[count, columns]`.
public struct EvidenceRows: Equatable, Sendable {
  public var values: [Float]
  public let columns: Int

  /// - Parameter values: row by row.
  public init(_ values: [Float], columns: Int) {
    precondition(
      columns > 0 && values.count % columns == 0,
      "EvidenceRows: \(values.count) values in rows of \(columns)")
    self.values = values
    self.columns = columns
  }

  public var count: Int { values.count / columns }

  public func row(_ sample: Int) -> ArraySlice<Float> {
    values[sample * columns..<(sample + 1) * columns]
  }

  /// Some of the rows, in Double.
  public func matrix(_ samples: [Int]) -> Matrix {
    Matrix(
      rows: samples.count, columns: columns,
      values: samples.flatMap { row($0).map(Double.init) })
  }
}

/// Rows of numbers in memory, one for each sample, `[count, columns]`.
public struct EvidenceRows: SampleRows, Equatable, Sendable {
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

  public func values(of samples: ArraySlice<Int>) -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(samples.count * columns)
    for sample in samples { values += row(sample) }
    return values
  }
}

import Support

/// Rows of numbers in a file without a name, one for each sample, for what grows with the dataset.
public struct StoredRows: SampleRows, Sendable {
  public let count: Int
  public let columns: Int
  private let file: RandomAccessFile

  /// - Parameter body: appends rows, some at a time.
  /// - Throws: `FileError.unwritable` if the disk for temporary files is full, or what the body
  ///   throws.
  public init(columns: Int, _ body: (_ append: ([Float]) throws -> Void) throws -> Void) throws {
    precondition(columns > 0, "StoredRows: rows of \(columns)")
    var count = 0
    file = try TemporaryFile.make { file in
      try body { rows in
        precondition(
          rows.count % columns == 0, "StoredRows: \(rows.count) values in rows of \(columns)")
        try file.append(floats: rows)
        count += rows.count / columns
      }
    }
    self.columns = columns
    self.count = count
  }

  public func values(of samples: ArraySlice<Int>) throws -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(samples.count * columns)
    for sample in samples {
      precondition((0..<count).contains(sample), "StoredRows: sample \(sample) of \(count)")
      let position = sample * columns * MemoryLayout<Float>.stride
      values += try file.floats(at: position, count: columns)
    }
    return values
  }

  /// All rows, in memory.
  public func loaded() throws -> EvidenceRows {
    EvidenceRows(try values(of: Array(0..<count)[...]), columns: columns)
  }
}

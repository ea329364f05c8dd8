import ComputeBackend

extension ReferenceOperations {
  public func randomUniform(
    _ key: NoiseKey, streams: BufferSlice, rows: Int, columns: Int, into: BufferSlice
  ) {
    random(key, streams: streams, rows: rows, columns: columns, normal: false, into: into)
  }

  public func randomNormal(
    _ key: NoiseKey, streams: BufferSlice, rows: Int, columns: Int, into: BufferSlice
  ) {
    random(key, streams: streams, rows: rows, columns: columns, normal: true, into: into)
  }

  private func random(
    _ key: NoiseKey, streams: BufferSlice, rows: Int, columns: Int, normal: Bool, into: BufferSlice
  ) {
    let stream = streams.elements
    let y = into.elements
    for row in 0..<rows {
      let values = Philox.row(key, stream: Int32(stream[row]), count: columns, normal: normal)
      for column in 0..<columns { y[row * columns + column] = Double(values[column]) }
    }
  }
}

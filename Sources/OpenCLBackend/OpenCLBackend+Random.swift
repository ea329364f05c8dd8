import ComputeBackend

extension OpenCLBackend {
  public func randomUniform(
    _ key: NoiseKey, streams: BufferSlice, rows: Int, columns: Int, into: BufferSlice
  ) {
    draw(key, streams, rows: rows, columns: columns, normal: false, into: into)
  }

  public func randomNormal(
    _ key: NoiseKey, streams: BufferSlice, rows: Int, columns: Int, into: BufferSlice
  ) {
    draw(key, streams, rows: rows, columns: columns, normal: true, into: into)
  }

  private func draw(
    _ key: NoiseKey, _ streams: BufferSlice, rows: Int, columns: Int, normal: Bool,
    into: BufferSlice
  ) {
    context.launch(
      .random, "drawNumbers", items: rows * randomSpans(columns),
      [.flag(normal)] + arguments(key)
        + [.input(streams), .output(into), .int(rows), .int(columns)])
  }

  /// Work-items for a row of random numbers: each draws four vectors.
  func randomSpans(_ columns: Int) -> Int {
    (columns + 4 * tuning.lanes - 1) / (4 * tuning.lanes)
  }

  /// A key as the kernels' `key0, key1, step, purpose`.
  func arguments(_ key: NoiseKey) -> [KernelArgument] {
    [
      .bits(UInt32(truncatingIfNeeded: key.seed)),
      .bits(UInt32(truncatingIfNeeded: key.seed >> 32)),
      .bits(key.step), .bits(key.purpose),
    ]
  }
}

import ComputeBackend

extension OpenCLBackend {
  public func maxPool(
    _ geometry: Pool2DGeometry, _ input: BufferSlice, into: BufferSlice, indices: BufferSlice
  ) {
    let g = geometry
    context.launch(
      .pooling, "maxPool",
      items: g.batch * g.outputHeight * g.outputWidth * vectors(g.channels),
      [
        .input(input), .output(into), .output(indices), .int(g.batch), .int(g.inputHeight),
        .int(g.inputWidth), .int(g.channels), .int(g.outputHeight), .int(g.outputWidth),
        .int(g.kernel), .int(g.stride), .int(g.padding),
      ])
  }

  public func scatterAdd(_ source: BufferSlice, indices: BufferSlice, into: BufferSlice) {
    scatter(source, indices: indices, targets: into.count, columns: 1, keep: false, into: into)
  }

  public func gather(_ source: BufferSlice, indices: BufferSlice, into: BufferSlice) {
    context.launch(
      .memory, "gather", items: into.count,
      [.input(source), .input(indices), .output(into), .int(into.count)])
  }

  public func averagePool(
    _ input: BufferSlice, shape: [Int], factor: Int, scale: Float, into: BufferSlice
  ) {
    let output = [shape[0], shape[1] / factor, shape[2] / factor, shape[3]]
    resize("averagePool", input, output: output, factor: factor, scale: scale, into: into)
  }

  public func upsampleNearest(
    _ input: BufferSlice, shape: [Int], factor: Int, scale: Float, into: BufferSlice
  ) {
    let output = [shape[0], shape[1] * factor, shape[2] * factor, shape[3]]
    resize("upsampleNearest", input, output: output, factor: factor, scale: scale, into: into)
  }

  /// One work-item a vector of the output's channels; `output` is its `[N, H, W, C]`.
  private func resize(
    _ kernel: String, _ input: BufferSlice, output shape: [Int], factor: Int, scale: Float,
    into: BufferSlice
  ) {
    guard into.count > 0 else { return }
    context.launch(
      .pooling, kernel, items: into.count / shape[3] * vectors(shape[3]),
      [
        .input(input), .output(into), .int(shape[0]), .int(shape[1]), .int(shape[2]),
        .int(shape[3]), .int(factor), .float(scale),
      ])
  }
}

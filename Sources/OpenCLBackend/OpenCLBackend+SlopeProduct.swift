import ComputeBackend

/// How `slope_product.cl` cuts the rows of x.
private enum SlopeBlock {
  /// Groups whose sums are made at a time (`GROUPS`).
  static let groups = 8
  /// Rows of x in these groups (`BLOCK_ROWS`).
  static let rows = 40
}

extension OpenCLBackend {
  /// On processors, where σ′ has two values, sums of few rows of x that are made once and added
  /// many times.
  public func slopeProduct(
    _ activation: CriticActivation, _ z: BufferSlice, factors: BufferSlice?, _ x: BufferSlice,
    shape: MatrixProductShape, into: BufferSlice
  ) {
    guard activation.isPiecewiseLinear, tuning.style == .cpu else {
      return denseSlopeProduct(activation, z, factors: factors, x, shape: shape, into: into)
    }
    let (rows, columns, inner) = (shape.m, shape.n, shape.k)
    let groups = SlopeBlock.groups
    let blocks = (inner + SlopeBlock.rows - 1) / SlopeBlock.rows
    // Two patterns in a float's place.
    let patterns = temporary((blocks * rows * groups + 1) / 2)
    context.launch(
      .slopeProduct, "slopePatterns", items: blocks * groups,
      [.input(z), .flag(shape.transposeA), .int(rows), .int(inner), .buffer(patterns)])
    let strips = vectors(columns)
    // A part of the rows makes all sums anew, as many as each group has patterns.
    let parts = max(1, min(tuning.workers / strips, rows / 128))
    context.launch(
      .slopeProduct, "slopeProduct", items: strips * parts,
      [
        .buffer(patterns), .float(activation.unary.a), .flag(factors != nil),
        .optional(factors, else: x), .input(x), .output(into),
        .buffer(temporary(strips * rows * tuning.lanes)), .int(rows), .int(columns),
        .int(inner), .int(parts),
      ])
  }
}

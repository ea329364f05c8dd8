import ComputeBackend

extension OpenCLBackend {
  public func reduce(
    _ operation: ReductionOperation, _ x: BufferSlice, shape: BlockShape, keeping: BlockAxes,
    scale: Float, into: BufferSlice
  ) {
    guard x.count > 0 else { return fill(into, with: 0) }
    let (outer, middle, inner) = (shape.outer, shape.middle, shape.inner)
    switch (keeping.contains(.outer), keeping.contains(.middle), keeping.contains(.inner)) {
    case (_, false, false):
      let rows = keeping.contains(.outer) ? outer : 1
      reduceRows(operation, x, rows: rows, scale: scale, into: into)
    case (true, true, false):
      reduceRows(operation, x, rows: outer * middle, scale: scale, into: into)
    case (false, true, false):
      let rows = temporary(outer * middle)[outer * middle]
      reduceRows(operation, x, rows: outer * middle, scale: 1, into: rows)
      reduceColumns(
        operation.following, rows, batch: 1, rows: outer, columns: middle, scale: scale, into: into)
    case (false, false, true):
      reduceColumns(
        operation, x, batch: 1, rows: outer * middle, columns: inner, scale: scale, into: into)
    case (false, true, true):
      reduceColumns(
        operation, x, batch: 1, rows: outer, columns: middle * inner, scale: scale, into: into)
    case (true, false, true):
      reduceColumns(
        operation, x, batch: outer, rows: middle, columns: inner, scale: scale, into: into)
    case (true, true, true):
      reduceColumns(
        operation, x, batch: 1, rows: 1, columns: x.count, scale: scale, into: into)
    }
  }

  /// Reduces each of `rows` rows, in passes over chunks of fixed length.
  private func reduceRows(
    _ operation: ReductionOperation, _ x: BufferSlice, rows: Int, scale: Float, into: BufferSlice
  ) {
    let length = 16_384
    let columns = x.count / rows
    let chunks = (columns + length - 1) / length
    let target = chunks == 1 ? into : temporary(rows * chunks)[rows * chunks]
    context.launch(
      .reduction, "reduceRows", rows: rows * chunks,
      [
        .int(Int(operation.rawValue)), .input(x), .output(target), .int(rows), .int(columns),
        .int(length), .float(chunks == 1 ? scale : 1),
      ])
    if chunks > 1 {
      reduceRows(operation.following, target, rows: rows, scale: scale, into: into)
    }
  }

  /// Reduces x `[batch, rows, columns]` over its rows, in passes over chunks of fixed length.
  func reduceColumns(
    _ operation: ReductionOperation, _ x: BufferSlice, batch: Int, rows: Int, columns: Int,
    scale: Float, into: BufferSlice
  ) {
    let length = 512
    let chunks = (rows + length - 1) / length
    let count = batch * chunks * columns
    let target = chunks == 1 ? into : temporary(count)[count]
    context.launch(
      .reduction, "reduceColumns", items: batch * chunks * vectors(columns),
      [
        .int(Int(operation.rawValue)), .input(x), .output(target), .int(batch), .int(rows),
        .int(columns), .int(length), .float(chunks == 1 ? scale : 1),
      ])
    if chunks > 1 {
      reduceColumns(
        operation.following, target, batch: batch, rows: chunks, columns: columns, scale: scale,
        into: into)
    }
  }

  public func argmax(_ x: BufferSlice, rows: Int, columns: Int, into: BufferSlice) {
    context.launch(
      .reduction, "argmax", rows: rows, [.input(x), .output(into), .int(rows), .int(columns)])
  }

  public func softmax(_ x: BufferSlice, rows: Int, columns: Int, into: BufferSlice) {
    softmax(x, rows: rows, columns: columns, into: into, logSumExp: nil)
  }

  /// Softmax of each row that can also save the logarithm of the sum of exponentials.
  func softmax(
    _ x: BufferSlice, rows: Int, columns: Int, into: BufferSlice, logSumExp: BufferSlice?
  ) {
    guard columns > 0 else { return }
    context.launch(
      .reduction, "softmax", rows: rows,
      [
        .input(x), .output(into), .output(logSumExp ?? into), .flag(logSumExp != nil), .int(rows),
        .int(columns),
      ])
  }

  public func softmaxGradient(
    _ y: BufferSlice, upstream: BufferSlice, rows: Int, columns: Int, into: BufferSlice
  ) {
    context.launch(
      .reduction, "softmaxGradient", rows: rows,
      [.input(y), .input(upstream), .output(into), .int(rows), .int(columns)])
  }

  public func softmaxCrossEntropy(
    _ logits: BufferSlice, labels: BufferSlice, rows: Int, columns: Int, losses: BufferSlice
  ) {
    context.launch(
      .reduction, "softmaxCrossEntropy", rows: rows,
      [.input(logits), .input(labels), .output(losses), .int(rows), .int(columns)])
  }

  public func softmaxCrossEntropyGradient(
    _ logits: BufferSlice, labels: BufferSlice, upstream: BufferSlice, rows: Int, columns: Int,
    into: BufferSlice
  ) {
    context.launch(
      .reduction, "softmaxCrossEntropyGradient", rows: rows,
      [
        .input(logits), .input(labels), .input(upstream), .output(into), .int(rows), .int(columns),
      ])
  }
}

extension ReductionOperation {
  /// What combines the partial results.
  fileprivate var following: ReductionOperation { self == .maximum ? .maximum : .sum }
}

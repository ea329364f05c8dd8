extension ValidatedBackend {
  public func reduce(
    _ operation: ReductionOperation, _ x: BufferSlice, shape: BlockShape, keeping: BlockAxes,
    scale: Float, into: BufferSlice
  ) {
    check("reduce", shape.count > 0, "nothing of shape \(shape)")
    check("reduce", shape, ("x", x, shape.count), ("into", into, shape.count(keeping: keeping)))
    base.reduce(operation, x, shape: shape, keeping: keeping, scale: scale, into: into)
  }

  public func argmax(_ x: BufferSlice, rows: Int, columns: Int, into: BufferSlice) {
    checkRows("argmax", rows, columns)
    check("argmax", [rows, columns], ("x", x, rows * columns), ("into", into, rows))
    base.argmax(x, rows: rows, columns: columns, into: into)
  }

  public func softmax(_ x: BufferSlice, rows: Int, columns: Int, into: BufferSlice) {
    checkRows("softmax", rows, columns)
    check("softmax", [rows, columns], ("x", x, rows * columns), ("into", into, rows * columns))
    base.softmax(x, rows: rows, columns: columns, into: into)
  }

  public func softmaxGradient(
    _ y: BufferSlice, upstream: BufferSlice, rows: Int, columns: Int, into: BufferSlice
  ) {
    checkRows("softmaxGradient", rows, columns)
    check(
      "softmaxGradient", [rows, columns], ("y", y, rows * columns),
      ("upstream", upstream, rows * columns), ("into", into, rows * columns))
    base.softmaxGradient(y, upstream: upstream, rows: rows, columns: columns, into: into)
  }

  public func softmaxCrossEntropy(
    _ logits: BufferSlice, labels: BufferSlice, rows: Int, columns: Int, losses: BufferSlice
  ) {
    checkRows("softmaxCrossEntropy", rows, columns)
    check(
      "softmaxCrossEntropy", [rows, columns], ("logits", logits, rows * columns),
      ("labels", labels, rows), ("losses", losses, rows))
    base.softmaxCrossEntropy(logits, labels: labels, rows: rows, columns: columns, losses: losses)
  }

  public func softmaxCrossEntropyGradient(
    _ logits: BufferSlice, labels: BufferSlice, upstream: BufferSlice, rows: Int, columns: Int,
    into: BufferSlice
  ) {
    checkRows("softmaxCrossEntropyGradient", rows, columns)
    check(
      "softmaxCrossEntropyGradient", [rows, columns], ("logits", logits, rows * columns),
      ("labels", labels, rows), ("upstream", upstream, rows), ("into", into, rows * columns))
    base.softmaxCrossEntropyGradient(
      logits, labels: labels, upstream: upstream, rows: rows, columns: columns, into: into)
  }

  private func checkRows(_ operation: StaticString, _ rows: Int, _ columns: Int) {
    check(operation, rows >= 0 && columns > 0, "rows without elements, shape [\(rows), \(columns)]")
  }
}

/// How elements are combined.
public enum ReductionOperation: Int32, Sendable, CaseIterable {
  case sum = 0
  case maximum, sumOfSquares
}

/// Sums, maxima and what is built on rows.
public protocol ReductionOperations {
  /// Reduces `x` of `shape` over the axes not in `keeping`, then multiplies by `scale`.
  ///
  /// Sums are accurate to a few units in the last place of the sum of magnitudes (blocked or
  /// pairwise), and the order of summation does not depend on the number of threads.
  func reduce(
    _ operation: ReductionOperation, _ x: BufferSlice, shape: BlockShape, keeping: BlockAxes,
    scale: Float, into: BufferSlice)
  /// Index of the first greatest element of each row, Int32 `[rows]`.
  func argmax(_ x: BufferSlice, rows: Int, columns: Int, into: BufferSlice)
  /// Softmax of each row.
  func softmax(_ x: BufferSlice, rows: Int, columns: Int, into: BufferSlice)
  /// `into` = y·(upstream − Σ upstream·y), for y the softmax of each row.
  func softmaxGradient(
    _ y: BufferSlice, upstream: BufferSlice, rows: Int, columns: Int, into: BufferSlice)
  /// losses[r] = logsumexp(logits[r, :]) − logits[r, labels[r]]; labels Int32 `[rows]`.
  func softmaxCrossEntropy(
    _ logits: BufferSlice, labels: BufferSlice, rows: Int, columns: Int, losses: BufferSlice)
  /// into[r, :] = upstream[r]·(softmax(logits[r, :]) − onehot(labels[r]))
  func softmaxCrossEntropyGradient(
    _ logits: BufferSlice, labels: BufferSlice, upstream: BufferSlice, rows: Int, columns: Int,
    into: BufferSlice)
}

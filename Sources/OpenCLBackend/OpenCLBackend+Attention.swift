import ComputeBackend

/// Attention as products over strided heads, with the scores of some samples in memory at a time.
extension OpenCLBackend {
  public func attention(
    _ shape: AttentionShape, queries: BufferSlice, keys: BufferSlice, values: BufferSlice,
    into: BufferSlice, logSumExp: BufferSlice
  ) {
    guard into.count > 0 else { return }
    for part in AttentionPart.parts(of: shape) {
      let scores = scaledScores(part, part.queries(queries), part.keys(keys))
      softmax(
        scores, rows: part.shape.logSumExpCount, columns: shape.keys, into: scores,
        logSumExp: part.rows(logSumExp))
      let panels = pack(part.plain(shape.keys), from: part.keys(values), keeping: false)
      multiply(
        part.ofScores(transposed: false), scores, panels, into: part.queries(into))
    }
  }

  public func attentionGradient(
    _ shape: AttentionShape, queries: BufferSlice, keys: BufferSlice, values: BufferSlice,
    output: BufferSlice, logSumExp: BufferSlice, upstream: BufferSlice,
    queriesGradient: BufferSlice, keysGradient: BufferSlice, valuesGradient: BufferSlice
  ) {
    guard queries.count > 0 else {
      fill(keysGradient, with: 0)
      return fill(valuesGradient, with: 0)
    }
    for part in AttentionPart.parts(of: shape) {
      let (q, k, g) = (part.queries(queries), part.keys(keys), part.queries(upstream))
      let probabilities = scaledScores(part, q, k)
      // ∂p = upstream·vᵀ
      var product = part.scores
      product.scale = 1
      let slopes = temporary(part.scoreCount)[part.scoreCount]
      multiply(
        product, g, pack(part.transposedKeys, from: part.keys(values), keeping: false),
        into: slopes)
      context.launch(
        .reduction, "attentionScoreGradient", rows: part.shape.logSumExpCount,
        [
          .output(probabilities), .input(part.rows(logSumExp)), .output(slopes),
          .int(part.shape.logSumExpCount), .int(shape.keys), .float(shape.scale),
        ])
      multiply(
        part.ofScores(transposed: false), slopes,
        pack(part.plain(shape.keys), from: k, keeping: false), into: part.queries(queriesGradient))
      multiply(
        part.ofScores(transposed: true), slopes,
        pack(part.plain(shape.queries), from: q, keeping: false), into: part.keys(keysGradient))
      multiply(
        part.ofScores(transposed: true), probabilities,
        pack(part.plain(shape.queries), from: g, keeping: false), into: part.keys(valuesGradient))
    }
  }

  /// scale·q·kᵀ of each head, `[B, heads, queries, keys]`.
  private func scaledScores(
    _ part: AttentionPart, _ queries: BufferSlice, _ keys: BufferSlice
  ) -> BufferSlice {
    let scores = temporary(part.scoreCount)[part.scoreCount]
    multiply(
      part.scores, queries, pack(part.transposedKeys, from: keys, keeping: false), into: scores)
    return scores
  }
}

/// Some samples of an attention, and the products it consists of.
private struct AttentionPart {
  let shape: AttentionShape
  private let first: Int

  /// Parts whose scores take about 64 MiB, at least a sample each.
  static func parts(of shape: AttentionShape) -> [AttentionPart] {
    let size = max(1, (1 << 24) / max(1, shape.heads * shape.queries * shape.keys))
    return stride(from: 0, to: shape.batch, by: size).map { first in
      var part = shape
      part.batch = min(size, shape.batch - first)
      return AttentionPart(shape: part, first: first)
    }
  }

  private var pitch: Int { shape.heads * shape.headSize }
  private var headScores: Int { shape.queries * shape.keys }
  var scoreCount: Int { shape.batch * shape.heads * headScores }

  func queries(_ slice: BufferSlice) -> BufferSlice { samples(slice, shape.queries * pitch) }
  func keys(_ slice: BufferSlice) -> BufferSlice { samples(slice, shape.keys * pitch) }
  func rows(_ slice: BufferSlice) -> BufferSlice { samples(slice, shape.heads * shape.queries) }

  private func samples(_ slice: BufferSlice, _ size: Int) -> BufferSlice {
    slice.range(from: first * size, count: shape.batch * size)
  }

  /// Each head's keys (or values) as B = kᵀ.
  var transposedKeys: PanelSource {
    heads(
      .matrix(
        depth: shape.headSize, columns: shape.keys, rowStride: 1, columnStride: pitch),
      rows: shape.keys)
  }

  /// Each head's `count` rows as B.
  func plain(_ count: Int) -> PanelSource {
    heads(
      .matrix(depth: count, columns: shape.headSize, rowStride: pitch, columnStride: 1),
      rows: count)
  }

  private func heads(_ source: PanelSource, rows: Int) -> PanelSource {
    var source = source
    source.batches = shape.batch * shape.heads
    source.batchInner = shape.heads
    source.strideOuter = rows * pitch
    source.strideInner = shape.headSize
    return source
  }

  /// Rows of queries times `transposedKeys`.
  var scores: Product {
    var product = Product(
      rows: shape.queries, columns: shape.keys,
      row: RowAddress(count2: shape.queries, stride2: pitch),
      inner: InnerAddress(runLength: shape.headSize, runStride: 1), resultStride: shape.keys)
    product.scale = shape.scale
    product.batches = shape.batch * shape.heads
    product.batchInner = shape.heads
    product.aStrideOuter = shape.queries * pitch
    product.aStrideInner = shape.headSize
    product.resultStrideOuter = shape.heads * headScores
    product.resultStrideInner = headScores
    return product
  }

  /// Scores, or their transpose, times `plain` rows.
  func ofScores(transposed: Bool) -> Product {
    let (rows, inner) =
      transposed ? (shape.keys, shape.queries) : (shape.queries, shape.keys)
    var product = Product(
      rows: rows, columns: shape.headSize,
      row: RowAddress(count2: rows, stride2: transposed ? 1 : shape.keys),
      inner: InnerAddress(runLength: inner, runStride: transposed ? shape.keys : 1),
      resultStride: pitch)
    product.batches = shape.batch * shape.heads
    product.batchInner = shape.heads
    product.aStrideOuter = shape.heads * headScores
    product.aStrideInner = headScores
    product.resultStrideOuter = rows * pitch
    product.resultStrideInner = shape.headSize
    return product
  }
}

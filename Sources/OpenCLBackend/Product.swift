import ComputeBackend

/// Places of A's rows.
///
/// Row r lies at r / (count1·count2)·stride0 + r / count2 % count1·stride1
/// + r % count2·stride2.
struct RowAddress {
  var count1 = 1
  var count2: Int
  var stride0 = 0
  var stride1 = 0
  var stride2: Int
}

/// Places of the inner index: `segments` runs of `runLength` elements.
struct InnerAddress {
  var segments = 1
  var segmentCount1 = 1
  var stride0 = 0
  var stride1 = 0
  var runLength: Int
  var runStride: Int
  var depth: Int { segments * runLength }
}

/// B before it is packed.
///
/// Element (k, n) lies at `offset` + k / count2 / count1·stride0
/// + k / count2 % count1·stride1 + k % count2·stride2 + n·columnStride.
struct PanelSource: Hashable {
  var offset = 0
  var columns: Int
  var depth: Int
  var count1 = 1
  var count2: Int
  var stride0 = 0
  var stride1 = 0
  var stride2: Int
  var columnStride: Int
  var batches = 1
  /// A batch's place is batch / batchInner·strideOuter + batch % batchInner·strideInner.
  var batchInner = 1
  var strideOuter = 0
  var strideInner = 0

  /// A matrix op(B) of `depth` rows: element (k, n) at k·rowStride + n·columnStride.
  static func matrix(
    depth: Int, columns: Int, rowStride: Int, columnStride: Int, offset: Int = 0
  ) -> PanelSource {
    PanelSource(
      offset: offset, columns: columns, depth: depth, count2: depth, stride2: rowStride,
      columnStride: columnStride)
  }
}

/// B packed for the product kernel: `[batches, ⌈columns / width⌉, depth, width]`.
final class Panels: Sendable {
  let buffer: Buffer
  let tile: DeviceTuning.ProductTile
  /// Elements of one batch.
  let stride: Int

  init(buffer: Buffer, tile: DeviceTuning.ProductTile, stride: Int) {
    self.buffer = buffer
    self.tile = tile
    self.stride = stride
  }
}

/// One launch of the product kernel; `product.cl` defines every field.
struct Product {
  var rows: Int
  var columns: Int
  var row: RowAddress
  var inner: InnerAddress
  var scale: Float = 1
  var resultStride: Int
  var batches = 1
  var batchInner = 1
  var aStrideOuter = 0
  var aStrideInner = 0
  var sharedPanels = false
  var resultStrideOuter = 0
  var resultStrideInner = 0
  /// Channels between the biases of one inner batch and the next.
  var biasStrideInner = 0
  var rowsPerSample = 1
  var sampleBiasStride = 0
  var splits = 1
  var segmentsPerSplit: Int?
  var splitStride = 0
}

extension OpenCLBackend {
  private struct PanelKey: Hashable {
    var source: PanelSource
    var sliceOffset: Int
  }

  /// Packs B.
  ///
  /// With `keeping`, the result stays with B's buffer until that is written.
  func pack(_ source: PanelSource, from slice: BufferSlice, keeping: Bool) -> Panels {
    guard keeping else { return pack(source, from: slice) }
    let key = PanelKey(source: source, sliceOffset: slice.offset)
    return slice.buffer.derived(key) { pack(source, from: slice) }
  }

  private func pack(_ source: PanelSource, from slice: BufferSlice) -> Panels {
    let tile = tuning.productTile(columns: source.columns)
    let panelCount = (source.columns + tile.width - 1) / tile.width
    let stride = panelCount * source.depth * tile.width
    let buffer = temporary(source.batches * stride)
    let lines = source.batches * panelCount * source.depth
    context.launch(
      .product, "packPanels",
      items: tuning.style == .gpu ? lines * tile.width / tuning.lanes : lines,
      [
        .input(slice.range(from: source.offset, count: slice.count - source.offset)),
        .buffer(buffer), .int(source.batches), .int(source.batchInner), .int(source.strideOuter),
        .int(source.strideInner), .int(source.columns), .int(tile.width), .int(source.depth),
        .int(source.count1), .int(source.count2), .int(source.stride0), .int(source.stride1),
        .int(source.stride2), .int(source.columnStride),
      ])
    return Panels(buffer: buffer, tile: tile, stride: stride)
  }

  /// Encodes C = epilogue(scale·A·B).
  func multiply(
    _ product: Product, _ a: BufferSlice, _ panels: Panels, epilogue: Epilogue = Epilogue(),
    into: BufferSlice
  ) {
    let tile = panels.tile
    let flags =
      (epilogue.bias == nil ? 0 : 1) + (epilogue.sampleBias == nil ? 0 : 2)
      + (epilogue.residual == nil ? 0 : 4)
    let (row, inner) = (product.row, product.inner)
    let numbers = [
      product.rows, product.columns, row.count1, row.count2, row.stride0, row.stride1, row.stride2,
      inner.segments, inner.segmentCount1, inner.stride0, inner.stride1, inner.runLength,
      inner.runStride, product.segmentsPerSplit ?? inner.segments, product.splits,
      product.splitStride, product.resultStride, product.rowsPerSample, product.sampleBiasStride,
      product.batchInner, product.aStrideOuter, product.aStrideInner,
      product.sharedPanels ? 0 : panels.stride, product.resultStrideOuter,
      product.resultStrideInner, product.biasStrideInner,
    ]
    let rowTiles = (product.rows + tile.rows - 1) / tile.rows
    let columnTiles = (product.columns + tile.width - 1) / tile.width
    context.launch(
      .product, tile.kernel,
      global: [rowTiles * tile.local, columnTiles * tile.local, product.batches * product.splits],
      local: [tile.local, tile.local, 1],
      [
        .input(a), .buffer(panels.buffer), .output(into), .optional(epilogue.bias, else: a),
        .optional(epilogue.sampleBias, else: a), .optional(epilogue.residual, else: a),
        .int(flags), .int(Int(epilogue.activation.rawValue)), .float(product.scale),
      ] + numbers.map { .int($0) })
  }
}

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
  /// Rows of one sample in all batches, where rows are the pixels of samples: such a product may be
  /// split along the inner index.
  var sampleRows: Int?
  var splits = 1
  /// Inner elements of a split, of the style of processors a multiple of the run length.
  var splitDepth: Int?
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
  ///
  /// C is `into.count` / resultStride whole rows if the product may be split.
  func multiply(
    _ product: Product, _ a: BufferSlice, _ panels: Panels, epilogue: Epilogue = Epilogue(),
    into: BufferSlice
  ) {
    let depth = product.inner.depth
    let splits =
      product.sampleRows.map {
        tuning.splits(sampleRows: $0, columns: product.columns, depth: depth, tile: panels.tile)
      } ?? 1
    guard splits > 1 else { return launch(product, a, panels, epilogue: epilogue, into: into) }
    var parts = product
    parts.splits = splits
    parts.splitDepth = (depth + splits - 1) / splits
    parts.splitStride = into.count
    let partial = temporary(splits * into.count)[splits * into.count]
    launch(parts, a, panels, epilogue: Epilogue(), into: partial)
    let rows = into.count / product.resultStride
    context.launch(
      .product, "sumSplits", items: rows * vectors(product.resultStride),
      [.buffer(partial.buffer), .output(into)] + arguments(of: epilogue, absent: a) + [
        .int(rows), .int(product.resultStride), .int(splits), .int(product.rowsPerSample),
        .int(product.sampleBiasStride),
      ])
  }

  /// Arguments from `bias` to `activation`.
  private func arguments(of epilogue: Epilogue, absent: BufferSlice) -> [KernelArgument] {
    let flags =
      (epilogue.bias == nil ? 0 : 1) + (epilogue.sampleBias == nil ? 0 : 2)
      + (epilogue.residual == nil ? 0 : 4)
    return [
      .optional(epilogue.bias, else: absent), .optional(epilogue.sampleBias, else: absent),
      .optional(epilogue.residual, else: absent), .int(flags),
      .int(Int(epilogue.activation.rawValue)),
    ]
  }

  private func launch(
    _ product: Product, _ a: BufferSlice, _ panels: Panels, epilogue: Epilogue, into: BufferSlice
  ) {
    let columnTiles = (product.columns + panels.tile.width - 1) / panels.tile.width
    let layers = product.batches * product.splits
    let tile = tuning.variant(of: panels.tile, rows: product.rows, others: columnTiles * layers)
    let rowTiles = (product.rows + tile.rows - 1) / tile.rows
    let (row, inner) = (product.row, product.inner)
    let numbers = [
      product.rows, product.columns, row.count1, row.count2, row.stride0, row.stride1, row.stride2,
      inner.segments, inner.segmentCount1, inner.stride0, inner.stride1, inner.runLength,
      inner.runStride, product.splitDepth ?? inner.depth, product.splits, product.splitStride,
      product.resultStride, product.rowsPerSample, product.sampleBiasStride, product.batchInner,
      product.aStrideOuter, product.aStrideInner, product.sharedPanels ? 0 : panels.stride,
      product.resultStrideOuter, product.resultStrideInner, product.biasStrideInner,
    ]
    context.launch(
      .product, tile.kernel,
      global: [rowTiles * tile.localColumns, columnTiles * tile.localRows, layers],
      local: [tile.localColumns, tile.localRows, 1],
      [.input(a), .buffer(panels.buffer), .output(into)] + arguments(of: epilogue, absent: a)
        + [.float(product.scale)] + numbers.map { .int($0) })
  }
}

import CMicroKernels
import ComputeBackend

/// A right-hand matrix (weights, mostly) in the order in which the product kernel reads it:
/// panels `[columns / width][inner][width]`.
final class PackedPanels {
  let inner: Int
  let columns: Int
  let width: Int
  let matrices: Int
  /// Elements from one matrix to the next: an odd number of cache lines, so that the same place of
  /// all matrices falls into different sets of the caches.
  let matrixStride: Int
  /// In bfloat16 an element is a pair of rounded numbers, of rows 2k and 2k + 1.
  let precision: Precision
  private enum Memory {
    case own(Buffer)
    /// One matrix that lies in another buffer.
    case borrowed(UnsafePointer<Float>)
  }

  private let memory: Memory

  /// Undefined contents, for `count` matrices.
  init(
    inner: Int, columns: Int, width: Int, count: Int = 1, precision: Precision = .float32,
    on backend: CPUBackend
  ) {
    self.inner = inner
    self.columns = columns
    self.width = width
    self.precision = precision
    matrices = count
    let panels = (columns + width - 1) / width
    matrixStride = backend.rowPitch(panels * width * precision.rows(inner))
    memory = .own(backend.temporary(count * matrixStride))
  }

  /// One matrix in whole panels, which another buffer holds.
  init(at elements: UnsafePointer<Float>, inner: Int, columns: Int, width: Int) {
    self.inner = inner
    self.columns = columns
    self.width = width
    precision = .float32
    matrices = 1
    matrixStride = 0
    memory = .borrowed(elements)
  }

  var panels: Int { (columns + width - 1) / width }
  var panelStride: Int { width * precision.rows(inner) }

  /// Matrix `index`; any thread may ask.
  subscript(index: Int) -> UnsafeMutablePointer<Float> {
    switch memory {
    case .own(let buffer):
      UnsafeMutablePointer(mutating: buffer[(index + 1) * matrixStride].floats)
        + index * matrixStride
    case .borrowed(let elements): UnsafeMutablePointer(mutating: elements)
    }
  }
}

extension ElixirProduct {
  /// Rows of A at `a` times the panels at `b` from column `firstColumn`.
  init(
    rows: Int, columns: Range<Int>, a: UnsafePointer<Float>, aPitch: Int,
    aTransposed: Bool = false, panels: PackedPanels, at b: UnsafePointer<Float>
  ) {
    self.init(
      rows: rows, columns: columns.count, inner: panels.inner, a: a, aPitch: aPitch,
      aTransposed: aTransposed,
      b: b + columns.lowerBound / panels.width * panels.panelStride,
      panelStride: panels.panelStride, bPitch: panels.width)
  }
}

extension ElixirOutput {
  /// A plain store: `into` = scale·y, or `into` += scale·y.
  init(
    into: UnsafeMutablePointer<Float>, pitch: Int, scale: Float = 1, accumulate: Bool = false
  ) {
    self.init(
      into: into, pitch: pitch, rowOffsets: nil, scale: scale, accumulate: accumulate,
      activation: Activation.identity.rawValue, bias: nil, sampleBias: nil, sampleBiasPitch: 0,
      firstRow: 0, rowsPerSample: 1, residual: nil)
  }

  /// With the epilogue, for output rows of `pitch` elements, `rowsPerSample` to a sample.
  init(
    into: UnsafeMutablePointer<Float>, pitch: Int, rowsPerSample: Int, epilogue: Epilogue
  ) {
    self.init(
      into: into, pitch: pitch, rowOffsets: nil, scale: 1, accumulate: false,
      activation: epilogue.activation.rawValue, bias: epilogue.bias?.floats,
      sampleBias: epilogue.sampleBias?.floats, sampleBiasPitch: pitch, firstRow: 0,
      rowsPerSample: rowsPerSample, residual: epilogue.residual?.floats)
  }

  /// The part of the output that begins at `row` and `column`.
  func part(row: Int, column: Int) -> ElixirOutput {
    var part = self
    let place = (rowOffsets == nil ? row * pitch : 0) + column
    part.into = into + place
    part.residual = residual.map { $0 + place }
    part.rowOffsets = rowOffsets.map { $0 + row }
    part.bias = bias.map { $0 + column }
    part.sampleBias = sampleBias.map { $0 + column }
    part.firstRow = firstRow + row
    return part
  }
}

extension CPUBackend {
  /// A weight `[rows, taps, …]` in panels of its rows, where it lies; see `PanelOrder`.
  ///
  /// - Returns: `nil` where a copy is needed: in bfloat16, and see `BufferSlice.panels`.
  func panelsInPlace(
    _ weight: BufferSlice, rows: Int, taps: Int, besides others: [BufferSlice?]
  ) -> UnsafePointer<Float>? {
    guard precision == .float32 else { return nil }
    let order = PanelOrder(
      rows: rows, taps: taps, channels: weight.count / (rows * taps),
      width: kernels.products.panelWidth)
    return weight.panels(order, besides: others, threads)
  }

  /// The same as a matrix, if the rows fill whole panels.
  func packedInPlace(
    _ weight: BufferSlice, rows: Int, besides others: [BufferSlice?]
  ) -> PackedPanels? {
    let width = kernels.products.panelWidth
    guard rows > 0, rows % width == 0 else { return nil }
    return panelsInPlace(weight, rows: rows, taps: 1, besides: others).map {
      PackedPanels(at: $0, inner: weight.count / rows, columns: rows, width: width)
    }
  }

  func multiply(_ product: ElixirProduct, _ output: ElixirOutput) {
    withUnsafePointer(to: product) { product in
      withUnsafePointer(to: output) { kernels.products.multiply?(product, $0) }
    }
  }

  /// A product with weights; A's rows are rounded already if the weights are.
  func multiply(_ product: ElixirProduct, by panels: PackedPanels, _ output: ElixirOutput) {
    guard panels.precision == .bfloat16 else { return multiply(product, output) }
    var (product, output) = (product, output)
    elixirMultiplyBFloat16(&product, &output)
  }

  /// Rounds rows `[count, panels.inner]` in place as the product with `panels` needs them.
  func round(
    _ rows: UnsafeMutablePointer<Float>, count: Int, pitch: Int, for panels: PackedPanels
  ) {
    if panels.precision == .bfloat16 { elixirRoundBFloat16(rows, count, panels.inner, pitch) }
  }

  /// Weights in the backend's precision.
  func reduced(_ panels: PackedPanels) -> PackedPanels {
    guard precision == .bfloat16, isHealthy else { return panels }
    let pairs = PackedPanels(
      inner: panels.inner, columns: panels.columns, width: panels.width, count: panels.matrices,
      precision: .bfloat16, on: self)
    guard isHealthy else { return pairs }
    let (source, target) = (panels[0], pairs[0])
    threads.parallelFor(panels.matrices * panels.panels) { item, _ in
      let (matrix, panel) = (item / panels.panels, item % panels.panels)
      elixirPairBFloat16(
        source + matrix * panels.matrixStride + panel * panels.panelStride, panels.inner,
        panels.width, target + matrix * pairs.matrixStride + panel * pairs.panelStride)
    }
    return pairs
  }

  func grid(rows: Int, columns: Int, inner: Int, threads count: Int? = nil) -> TileGrid {
    TileGrid(
      rows: rows, columns: columns, inner: inner, tileRows: kernels.products.tileRows,
      panelWidth: kernels.products.panelWidth, threads: count ?? cuts)
  }

  /// The number of threads that products are cut for: a constant where cuts change the result.
  var cuts: Int { kernels.isCutSensitive ? 8 : threads.threads }

  /// A row pitch of at least `count` that is an odd number of cache lines, so that the rows of a
  /// tile fall into different sets of the first-level cache.
  func rowPitch(_ count: Int) -> Int { ((count + 15) / 16 | 1) * 16 }
}

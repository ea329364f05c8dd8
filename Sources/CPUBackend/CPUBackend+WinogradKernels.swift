import CMicroKernels
import ComputeBackend

/// The kernels of a 3×3 convolution as Winograd's algorithm needs them: G g Gᵀ, for each plane a
/// matrix of `inner` rows and `columns` columns.
///
/// They are transformed in each call, into a cache, and not kept: with F(4×4) they are four times as
/// large as the weights. They are kept with the weight in bfloat16 only, where products take half the
/// time and the room is half.
struct WinogradKernels {
  /// The convolution's weight `[O, 3·3, I]`.
  let weight: BufferSlice
  let inputs: Int
  let outputs: Int
  /// m: 2 or 4.
  let size: Int
  /// Forward, rows are inputs and columns outputs; the input's gradient has them the other way round,
  /// and the taps in reverse order.
  let isTurned: Bool
  /// Whether `elements` are panels `[columns / width][rows][3·3][width]`.
  let isInPanels: Bool
  let elements: UnsafePointer<Float>

  init(
    _ geometry: Conv2DGeometry, _ weight: BufferSlice, size: Int, isTurned: Bool,
    panels: UnsafePointer<Float>? = nil
  ) {
    self.weight = weight
    (inputs, outputs) = (geometry.inputChannels, geometry.outputChannels)
    self.size = size
    self.isTurned = isTurned
    isInPanels = panels != nil
    elements = panels ?? weight.floats
  }

  var inner: Int { isTurned ? outputs : inputs }
  var columns: Int { isTurned ? inputs : outputs }

  /// What a thread needs after `rows` of panel `panel`: rows below them, or the first ones of the panel
  /// that it takes next if threads take turns.
  func next(
    _ rows: Range<Int>, ofPanel panel: Int, width: Int, threads: Int
  ) -> UnsafeBufferPointer<Float>? {
    let isLast = rows.upperBound == inner
    let column = (isLast ? panel + threads : panel) * width
    let row = isLast ? 0 : rows.upperBound
    guard isInPanels, column < columns else { return nil }
    let count = min(width, columns - column)
    return UnsafeBufferPointer(
      start: elements + 9 * (column * inner + row * count),
      count: 9 * count * min(WinogradPanelPlan.depth, inner - row))
  }
}

extension CPUBackend {
  /// Some rows of panel `panel` of all planes, which are `stride` elements apart.
  func transform(
    _ kernels: WinogradKernels, panel: Int, rows: Range<Int>,
    into target: UnsafeMutablePointer<Float>, stride: Int
  ) {
    let width = self.kernels.products.panelWidth
    let column = panel * width
    let columns = min(width, kernels.columns - column)
    var part = ElixirKernels(
      inputs: kernels.inputs, rows: rows.count, columns: columns, width: width, stride: stride)
    if kernels.isInPanels {
      let place = 9 * (column * kernels.inputs + rows.lowerBound * columns)
      self.kernels.winograd.transformPanel(
        kernels.elements + place, &part, kernels.size, target)
      return
    }
    let (output, input) =
      kernels.isTurned ? (rows.lowerBound, column) : (column, rows.lowerBound)
    self.kernels.winograd.transformKernels(
      kernels.elements + output * 9 * kernels.inputs + input, &part, kernels.size,
      kernels.isTurned, target)
  }

  /// All panels of all planes, in the backend's precision.
  ///
  /// - Parameter isKept: whether they are made once for a weight.
  func transformedPanels(_ kernels: WinogradKernels, isKept: Bool) -> PackedPanels {
    func make() -> PackedPanels {
      reduces(kernels) ? reduced(allPanels(kernels)) : allPanels(kernels)
    }
    guard isKept else { return make() }
    let key = KeptKey(
      offset: kernels.weight.offset, inputs: kernels.inputs, outputs: kernels.outputs,
      size: kernels.size, isTurned: kernels.isTurned)
    return kernels.weight.buffer.derived(key, make: make)
  }

  /// Whether these kernels are multiplied in bfloat16: in the forward direction only.
  func reduces(_ kernels: WinogradKernels) -> Bool {
    precision == .bfloat16 && !kernels.isTurned
  }

  private func allPanels(_ kernels: WinogradKernels) -> PackedPanels {
    let panels = PackedPanels(
      inner: kernels.inner, columns: kernels.columns, width: self.kernels.products.panelWidth,
      count: (kernels.size + 2) * (kernels.size + 2), on: self)
    guard isHealthy else { return panels }
    let target = panels[0]
    // Cut into rows too, so that the threads have enough pieces.
    let piece = 64
    let pieces = (panels.inner + piece - 1) / piece
    threads.parallelFor(pieces * panels.panels) { item, _ in
      let (panel, row) = (item / pieces, item % pieces * piece)
      transform(
        kernels, panel: panel, rows: row..<min(row + piece, panels.inner),
        into: target + panel * panels.panelStride + row * panels.width,
        stride: panels.matrixStride)
    }
    return panels
  }
}

/// What kept kernels are a function of, beside the weights.
private struct KeptKey: Hashable {
  var offset: Int
  var inputs: Int
  var outputs: Int
  var size: Int
  var isTurned: Bool
}

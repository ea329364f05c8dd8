import CMicroKernels
import ComputeBackend

/// The kernels of a 3×3 convolution as Winograd's algorithm needs them: G g Gᵀ, for each plane a
/// matrix of `inner` rows and `columns` columns.
///
/// They are transformed in each call, into a cache, and not kept: with F(4×4) they are four times
/// as large as the weights. They are kept with the weight in bfloat16 only, where products take
/// half the time and the room is half.
struct WinogradKernels {
  /// The convolution's weight `[O, 3·3, I]`.
  let weight: BufferSlice
  let inputs: Int
  let outputs: Int
  /// m: 2 or 4.
  let size: Int
  /// Forward, rows are inputs and columns outputs; the input's gradient has them the other way
  /// round, and the taps in reverse order.
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

  /// Rows of a panel's kernels where they lie, if they are in panels and there is such a panel.
  func panel(_ index: Int, width: Int, rows: Range<Int>) -> UnsafeBufferPointer<Float>? {
    let column = index * width
    guard isInPanels, column < columns else { return nil }
    let count = min(width, columns - column)
    return UnsafeBufferPointer(
      start: elements + 9 * (column * inner + rows.lowerBound * count),
      count: 9 * count * rows.count)
  }
}

extension CPUBackend {
  /// Rows of a panel's kernels `[row, 3·3, column]`: where they lie, or put together in `memory`.
  func panel(
    _ index: Int, of kernels: WinogradKernels, rows: Range<Int>,
    in memory: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    let width = self.kernels.products.panelWidth
    if let start = kernels.panel(index, width: width, rows: rows)?.baseAddress { return start }
    let column = index * width
    let (output, input) = kernels.isTurned ? (rows.lowerBound, column) : (column, rows.lowerBound)
    var part = ElixirKernels(
      inputs: kernels.inputs, rows: rows.count, columns: min(width, kernels.columns - column),
      width: width, stride: 0)
    self.kernels.winograd.gatherPanel(
      kernels.elements + output * 9 * kernels.inputs + input, &part, kernels.isTurned, memory)
    return UnsafePointer(memory)
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
    threads.parallelFor(pieces * panels.panels) { item, worker in
      let (panel, row) = (item / pieces, item % pieces * piece)
      let rows = row..<min(row + piece, panels.inner)
      let memory = threads.scratch(worker, count: 9 * piece * panels.width)
      var part = ElixirKernels(
        inputs: kernels.inputs, rows: rows.count,
        columns: min(panels.width, kernels.columns - panel * panels.width), width: panels.width,
        stride: panels.matrixStride)
      self.kernels.winograd.transformPanel(
        self.panel(panel, of: kernels, rows: rows, in: memory), &part, kernels.size,
        target + panel * panels.panelStride + row * panels.width)
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

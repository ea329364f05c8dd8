import CMicroKernels
import ComputeBackend

/// The kernels of a 3×3 convolution as Winograd's algorithm needs them: G g Gᵀ, for each plane a
/// matrix of `inner` rows and `columns` columns.
///
/// They are transformed in each call, into a cache, and not kept: with F(4×4) they are four times as
/// large as the weights, and reading them from memory takes as long as making them. In bfloat16, where
/// products take half the time and the room is half, they are kept with the weight.
struct WinogradKernels {
  /// `[O, 3·3, I]`
  let weight: BufferSlice
  let inputs: Int
  let outputs: Int
  /// m: 2 or 4.
  let size: Int
  /// Forward, rows are inputs and columns outputs; the input's gradient has them the other way round,
  /// and the taps in reverse order.
  let isTurned: Bool

  init(_ geometry: Conv2DGeometry, _ weight: BufferSlice, size: Int, isTurned: Bool) {
    self.weight = weight
    (inputs, outputs) = (geometry.inputChannels, geometry.outputChannels)
    self.size = size
    self.isTurned = isTurned
  }

  var inner: Int { isTurned ? outputs : inputs }
  var columns: Int { isTurned ? inputs : outputs }
}

extension CPUBackend {
  /// Some rows of panel `panel` of all planes, which are `stride` elements apart.
  func transform(
    _ kernels: WinogradKernels, panel: Int, rows: Range<Int>,
    into target: UnsafeMutablePointer<Float>, stride: Int
  ) {
    let width = self.kernels.products.panelWidth
    let column = panel * width
    let (output, input) =
      kernels.isTurned ? (rows.lowerBound, column) : (column, rows.lowerBound)
    var part = ElixirKernels(
      inputs: kernels.inputs, rows: rows.count, columns: min(width, kernels.columns - column),
      width: width, stride: stride)
    self.kernels.winograd.transformKernels(
      kernels.weight.floats + output * 9 * kernels.inputs + input, &part, kernels.size,
      kernels.isTurned, target)
  }

  /// All panels of all planes, in the backend's precision.
  func transformedPanels(_ kernels: WinogradKernels) -> PackedPanels {
    guard reduces(kernels) else { return allPanels(kernels) }
    let key = ReducedKey(
      offset: kernels.weight.offset, inner: kernels.inner, columns: kernels.columns,
      size: kernels.size)
    return kernels.weight.buffer.derived(key) { reduced(allPanels(kernels)) }
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
private struct ReducedKey: Hashable {
  var offset: Int
  var inner: Int
  var columns: Int
  var size: Int
}

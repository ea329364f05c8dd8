import CMicroKernels
import ComputeBackend

/// The kernels of a 3×3 convolution as Winograd's algorithm needs them: G g Gᵀ, for each plane a
/// matrix of `inner` rows and `columns` columns.
///
/// They are transformed in each call, into a cache, and not kept: with F(4×4) they are four times as
/// large as the weights. They are kept with the weight where making them would take a good part of the
/// time: for few tiles (a seventh of a U-Net's step with one image, a tenth with eight), and in
/// bfloat16, where products take half the time and the room is half.
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

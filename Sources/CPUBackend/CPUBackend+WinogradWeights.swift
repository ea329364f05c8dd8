import CMicroKernels
import ComputeBackend

/// What transformed weights are a function of, beside the weights.
private struct TransformKey: Hashable {
  var offset: Int
  var inputs: Int
  var outputs: Int
  var size: Int
  var isGradient: Bool

  init(_ geometry: Conv2DGeometry, offset: Int, size: Int, isGradient: Bool) {
    self.offset = offset
    (inputs, outputs) = (geometry.inputChannels, geometry.outputChannels)
    self.size = size
    self.isGradient = isGradient
  }
}

extension CPUBackend {
  /// G g Gᵀ of all kernels as matrices `[I, O]`, one a plane, computed once.
  func transformedWeight(
    _ geometry: Conv2DGeometry, _ weight: BufferSlice, size: Int
  ) -> PackedPanels {
    let (inputs, outputs) = (geometry.inputChannels, geometry.outputChannels)
    let key = TransformKey(geometry, offset: weight.offset, size: size, isGradient: false)
    return weight.buffer.derived(key) {
      let panels = transformedPanels(inner: inputs, columns: outputs, size: size)
      transform(weight, inputs: inputs, size: size, isTurned: false, into: panels)
      return reduced(panels)
    }
  }

  /// The same of the flipped kernels, as matrices `[O, I]`: what the input's gradient needs.
  func transformedGradientWeight(
    _ geometry: Conv2DGeometry, _ weight: BufferSlice, size: Int
  ) -> PackedPanels {
    let (inputs, outputs) = (geometry.inputChannels, geometry.outputChannels)
    let key = TransformKey(geometry, offset: weight.offset, size: size, isGradient: true)
    return weight.buffer.derived(key) {
      let panels = transformedPanels(inner: outputs, columns: inputs, size: size)
      transform(weight, inputs: inputs, size: size, isTurned: true, into: panels)
      return panels
    }
  }

  private func transformedPanels(inner: Int, columns: Int, size: Int) -> PackedPanels {
    PackedPanels(
      inner: inner, columns: columns, width: kernels.products.panelWidth,
      count: (size + 2) * (size + 2), on: self)
  }

  /// All panels, cut into rows too so that the threads have enough pieces.
  private func transform(
    _ weight: BufferSlice, inputs: Int, size: Int, isTurned: Bool, into panels: PackedPanels
  ) {
    guard isHealthy else { return }
    let (source, target) = (weight.floats, panels[0])
    let piece = 64
    let pieces = (panels.inner + piece - 1) / piece
    threads.parallelFor(pieces * panels.panels) { item, _ in
      let (panel, row) = (item / pieces, item % pieces * piece)
      let column = panel * panels.width
      let (output, input) = isTurned ? (row, column) : (column, row)
      var kernels = ElixirKernels(
        inputs: inputs, rows: min(piece, panels.inner - row),
        columns: min(panels.width, panels.columns - column), width: panels.width,
        stride: panels.matrixStride)
      self.kernels.winograd.transformKernels(
        source + output * 9 * inputs + input, &kernels, size, isTurned,
        target + panel * panels.panelStride + row * panels.width)
    }
  }
}

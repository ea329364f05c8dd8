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
      // Kernels that a vector takes together have to lie side by side: [3·3, I, O].
      let turned = temporary(geometry.weightCount)[geometry.weightCount]
      guard isHealthy else { return panels }
      let (source, target) = (weight.floats, turned.written())
      threads.parallelFor(9) { tap, _ in
        elixirPackPanels(
          source + tap * inputs, 1, 9 * inputs, inputs, outputs, outputs, 0, 0, 1,
          target + tap * inputs * outputs)
      }
      transform(
        target, tapStride: inputs * outputs, rowStride: outputs, size: size, into: panels)
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
      guard isHealthy else { return panels }
      // The last tap comes first.
      transform(
        weight.floats + 8 * inputs, tapStride: -inputs, rowStride: 9 * inputs, size: size,
        into: panels)
      return panels
    }
  }

  private func transformedPanels(inner: Int, columns: Int, size: Int) -> PackedPanels {
    PackedPanels(
      inner: inner, columns: columns, width: kernels.products.panelWidth,
      count: (size + 2) * (size + 2), on: self)
  }

  /// Kernels at `source + row·rowStride + column`, their taps `tapStride` apart.
  private func transform(
    _ source: UnsafePointer<Float>, tapStride: Int, rowStride: Int, size: Int,
    into panels: PackedPanels
  ) {
    let target = panels[0]
    threads.parallelRanges(panels.inner, grain: 8) { rows, _ in
      for row in rows {
        for panel in 0..<panels.panels {
          let column = panel * panels.width
          kernels.winograd.transformKernels(
            source + row * rowStride + column, tapStride,
            min(panels.width, panels.columns - column), panels.width, size,
            target + panel * panels.panelStride + row * panels.width, panels.count)
        }
      }
    }
  }
}

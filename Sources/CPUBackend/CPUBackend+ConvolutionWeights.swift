import CMicroKernels
import ComputeBackend

/// What packed weights are a function of, beside the weights.
private struct PackingKey: Hashable {
  var offset: Int
  var geometry: [Int]
  var phase: GradientPhase?

  init(_ geometry: Conv2DGeometry, offset: Int, phase: GradientPhase? = nil) {
    self.offset = offset
    self.geometry = [
      geometry.outputChannels, geometry.kernelHeight, geometry.kernelWidth,
      geometry.inputChannels, geometry.groups,
    ]
    self.phase = phase
  }
}

extension CPUBackend {
  /// The weight as matrices `[(kH, kW, I), O]`, one a group, packed once.
  func packedWeight(
    _ geometry: Conv2DGeometry, _ weight: BufferSlice, besides others: [BufferSlice?]
  ) -> PackedPanels {
    if geometry.groups == 1,
      let panels = packedInPlace(weight, rows: geometry.outputChannels, besides: others)
    {
      return panels
    }
    return weight.buffer.derived(PackingKey(geometry, offset: weight.offset)) {
      let inner = geometry.weightCount / geometry.outputChannels
      let columns = geometry.outputChannels / geometry.groups
      let panels = PackedPanels(
        inner: inner, columns: columns, width: kernels.products.panelWidth,
        count: geometry.groups, on: self)
      let source = weight.floats
      guard isHealthy else { return panels }
      threads.parallelFor(geometry.groups * panels.panels) { item, _ in
        let (group, panel) = (item / panels.panels, item % panels.panels)
        kernels.products.packPanels(
          source + group * columns * inner, 1, inner, inner, columns, panels.width,
          panels.panelStride, panel, panel + 1, panels[group])
      }
      return reduced(panels)
    }
  }

  /// The taps of `phase` as matrices `[(kH, kW, O), I]`, one a group, packed once.
  func packedGradientWeight(
    _ geometry: Conv2DGeometry, _ phase: GradientPhase, _ weight: BufferSlice
  ) -> PackedPanels {
    weight.buffer.derived(PackingKey(geometry, offset: weight.offset, phase: phase)) {
      let outputs = geometry.outputChannels / geometry.groups
      let columns = geometry.inputChannels / geometry.groups
      let taps = phase.rowTaps.flatMap { row in
        phase.columnTaps.map { row * geometry.kernelWidth + $0 }
      }
      let panels = PackedPanels(
        inner: taps.count * outputs, columns: columns, width: kernels.products.panelWidth,
        count: geometry.groups, on: self)
      let source = weight.floats
      guard isHealthy else { return panels }
      let outputStride = geometry.weightCount / geometry.outputChannels
      threads.parallelFor(geometry.groups * taps.count) { item, _ in
        let (group, index) = (item / taps.count, item % taps.count)
        kernels.products.packPanels(
          source + group * outputs * outputStride + taps[index] * columns, outputStride, 1,
          outputs, columns, panels.width, panels.panelStride, 0, panels.panels,
          panels[group] + index * outputs * panels.width)
      }
      return panels
    }
  }
}

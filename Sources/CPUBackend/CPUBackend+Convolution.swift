import CMicroKernels
import ComputeBackend
import ConvolutionAlgorithms

// Convolution by Winograd's algorithm where that is faster, and otherwise as a matrix product of
// patches and weights. The patches are gathered into a thread's cache a block of rows at a time and
// never exist as a whole.
extension CPUBackend {
  public func convolve(
    _ geometry: Conv2DGeometry, input: BufferSlice, weight: BufferSlice, epilogue: Epilogue,
    into: BufferSlice
  ) {
    guard isHealthy, geometry.outputCount > 0 else { return }
    let area = geometry.outputHeight * geometry.outputWidth
    let source = input.floats
    let columns = geometry.outputChannels / geometry.groups
    let output = ElixirOutput(
      into: into.written(), pitch: geometry.outputChannels, rowsPerSample: area,
      epilogue: epilogue)
    let others = [input, epilogue.bias, epilogue.sampleBias, epilogue.residual]
    if let size = algorithm(geometry, .forward).tileSize {
      convolveByWinograd(
        WinogradTiling(geometry, size: size), source: source,
        kernels: WinogradKernels(
          geometry, weight, size: size, isTurned: false,
          panels: panelsInPlace(weight, rows: columns, taps: 9, besides: others)),
        output: output)
      return
    }
    let panels = packedWeight(geometry, weight, besides: others)
    for group in 0..<geometry.groups {
      multiplyPatches(
        ElixirPatches(geometry, group: group), rows: geometry.batch * area, source: source,
        panels: panels, matrix: group, output: output.part(row: 0, column: group * columns))
    }
  }

  public func convolveInputGradient(
    _ geometry: Conv2DGeometry, outputGradient: BufferSlice, weight: BufferSlice,
    into: BufferSlice
  ) {
    guard isHealthy, geometry.inputCount > 0 else { return }
    let (source, y) = (outputGradient.floats, into.written())
    if let size = algorithm(geometry, .inputGradient).tileSize {
      convolveByWinograd(
        WinogradTiling(inputGradientOf: geometry, size: size), source: source,
        kernels: WinogradKernels(geometry, weight, size: size, isTurned: true),
        output: ElixirOutput(into: y, pitch: geometry.inputChannels))
      return
    }
    let columns = geometry.inputChannels / geometry.groups
    for phase in GradientPhase.all(of: geometry) {
      let rows = geometry.batch * phase.height * phase.width
      let offsets = phase.rowOffsets(geometry)
      if phase.rowTaps.isEmpty || phase.columnTaps.isEmpty {
        threads.parallelRanges(rows, grain: 64) { range, _ in
          for row in range {
            let place = offsets?[row] ?? row * geometry.inputChannels
            (y + place).update(repeating: 0, count: geometry.inputChannels)
          }
        }
        continue
      }
      let panels = packedGradientWeight(geometry, phase, weight)
      func run(_ offsets: UnsafePointer<Int>?) {
        for group in 0..<geometry.groups {
          var output = ElixirOutput(into: y, pitch: geometry.inputChannels)
          output.rowOffsets = offsets
          multiplyPatches(
            phase.patches(geometry, group: group), rows: rows, source: source, panels: panels,
            matrix: group, output: output.part(row: 0, column: group * columns))
        }
      }
      if let offsets { offsets.withUnsafeBufferPointer { run($0.baseAddress) } } else { run(nil) }
    }
  }

  /// Rows of patches times a packed matrix; the place where an algorithm is chosen.
  private func multiplyPatches(
    _ patches: ElixirPatches, rows: Int, source: UnsafePointer<Float>, panels: PackedPanels,
    matrix: Int, output: ElixirOutput
  ) {
    let grid = self.grid(rows: rows, columns: panels.columns, inner: panels.inner)
    let pitch = rowPitch(panels.inner)
    let right = panels[matrix]
    // Patches of one pixel can be read where they lie, unless a power of two keeps pixels apart
    // that would then meet in the same cache lines, or they have to be rounded.
    let isDirect =
      patches.isWholeSource && patches.pixelPitch % 512 != 0 && panels.precision == .float32
    threads.parallelFor(grid.count) { item, worker in
      let piece = grid[item]
      let (first, last) = (piece.rows.lowerBound, piece.rows.upperBound)
      var left = source + first * patches.pixelPitch + patches.firstChannel
      if !isDirect {
        let gathered = threads.scratch(worker, count: pitch * (last - first))
        withUnsafePointer(to: patches) {
          kernels.convolution.gatherPatches(
            $0, source, first, last, gathered, pitch, panels.inner)
        }
        round(gathered, count: last - first, pitch: pitch, for: panels)
        left = UnsafePointer(gathered)
      }
      multiply(
        ElixirProduct(
          rows: last - first, columns: piece.columns, a: left,
          aPitch: isDirect ? patches.pixelPitch : pitch, panels: panels, at: right),
        by: panels,
        output.part(row: first, column: piece.columns.lowerBound))
    }
  }
}

extension ElixirPatches {
  /// What the forward convolution reads from the input.
  init(_ geometry: Conv2DGeometry, group: Int) {
    let channels = geometry.inputChannels / geometry.groups
    self.init(
      height: geometry.inputHeight, width: geometry.inputWidth,
      pixelPitch: geometry.inputChannels, firstChannel: group * channels, channels: channels,
      gridHeight: geometry.outputHeight, gridWidth: geometry.outputWidth,
      stride: geometry.stride, offsetY: -geometry.padding.top, offsetX: -geometry.padding.left,
      kernelHeight: geometry.kernelHeight, kernelWidth: geometry.kernelWidth)
  }

  /// Whether grid points are pixels, one for one.
  var isWholeSource: Bool {
    kernelHeight == 1 && kernelWidth == 1 && stride == 1 && offsetY == 0 && offsetX == 0
      && gridHeight == height && gridWidth == width
  }
}

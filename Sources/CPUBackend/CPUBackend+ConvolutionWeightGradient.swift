import CMicroKernels
import ComputeBackend

extension CPUBackend {
  public func convolveWeightGradient(
    _ geometry: Conv2DGeometry, input: BufferSlice, outputGradient: BufferSlice,
    into: BufferSlice
  ) {
    guard isHealthy, geometry.weightCount > 0 else { return }
    let (x, g) = (input.floats, outputGradient.floats)
    if let size = algorithm(geometry, .weightGradient).tileSize {
      convolveWeightGradientByWinograd(
        geometry, size: size, input: x, outputGradient: g, into: into)
      return
    }
    let plan = WeightGradientPlan(geometry, panelWidth: kernels.products.panelWidth)
    sumSlices(plan.slices, into: into) { accumulate(plan, x, g, into: $0) }
  }

  /// into = Σ of `slices` partial results, which `compute` writes one after the other.
  func sumSlices(
    _ slices: Int, into: BufferSlice, compute: (UnsafeMutablePointer<Float>) -> Void
  ) {
    if slices == 1 {
      compute(into.written())
      return
    }
    let count = into.count
    let scratch = temporary(slices * count)
    guard isHealthy else { return }
    let partials = scratch[slices * count].written()
    let y = into.written()
    compute(partials)
    let ones = [Float](repeating: 1, count: slices)
    threads.parallelRanges(count, grain: Self.grain / slices) { range, _ in
      kernels.elementwise.affineSum(
        (0..<slices).map { UnsafePointer(partials) + $0 * count + range.lowerBound }, ones,
        slices, y + range.lowerBound, range.count)
    }
  }

  /// into[slice] = gradientᵀ·patches over the slice's pixels.
  private func accumulate(
    _ plan: WeightGradientPlan, _ input: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>,
    into: UnsafeMutablePointer<Float>
  ) {
    threads.parallelFor(plan.count) { item, worker in
      let piece = plan[item]
      let scratch = threads.scratch(worker, count: plan.scratchCount)
      let (panel, sums) = (scratch, scratch + plan.panelCount)
      let channels = plan.geometry.outputChannels
      for first in stride(
        from: piece.pixels.lowerBound, to: piece.pixels.upperBound, by: plan.depth)
      {
        let last = min(first + plan.depth, piece.pixels.upperBound)
        withUnsafePointer(to: piece.patches) {
          kernels.convolution.gatherPatches(
            $0, input, first, last, panel, plan.pitch, plan.pitch)
        }
        multiply(
          ElixirProduct(
            rows: piece.outputs.count, columns: piece.columns, inner: last - first,
            a: gradient + first * channels + piece.outputs.lowerBound, aPitch: channels,
            aTransposed: true, b: panel, panelStride: kernels.products.panelWidth,
            bPitch: plan.pitch),
          ElixirOutput(
            into: sums, pitch: plan.pitch, accumulate: first > piece.pixels.lowerBound))
      }
      plan.store(piece, sums, into: into)
    }
  }
}

/// How the weight gradient is cut: by groups, output channels, kernel rows, input channels and
/// slices of pixels.
///
/// A function of the geometry alone, so sums come out the same on any machine.
struct WeightGradientPlan {
  let geometry: Conv2DGeometry
  /// Kernel rows and input channels of a piece.
  let kernelRows: Int
  let channels: Int
  let outputs: Int
  let slices: Int
  /// Elements from one row of a piece's patches or sums to the next.
  let pitch: Int
  /// Pixels that are gathered at a time.
  let depth = 128

  struct Piece {
    var patches: ElixirPatches
    var pixels: Range<Int>
    /// Output channels, counted over all groups.
    var outputs: Range<Int>
    var kernelRow: Int
    /// First input channel within the group.
    var channel: Int
    var columns: Int
    var slice: Int
  }

  init(_ geometry: Conv2DGeometry, panelWidth: Int) {
    self.geometry = geometry
    let groupChannels = geometry.inputChannels / geometry.groups
    let groupOutputs = geometry.outputChannels / geometry.groups
    let patch = geometry.kernelHeight * geometry.kernelWidth * groupChannels
    // Small patches stay whole; of large ones a piece takes one kernel row and some channels.
    let limit = 384
    kernelRows = patch <= 256 ? geometry.kernelHeight : 1
    let run = geometry.kernelWidth * groupChannels
    let parts = (run + limit - 1) / limit
    channels = kernelRows > 1 ? groupChannels : max(1, (groupChannels + parts - 1) / parts)
    outputs = min(groupOutputs, 256)
    let columns = kernelRows * geometry.kernelWidth * channels
    // One step more than a multiple of a large power of two, for the cache's sets.
    pitch = (columns + panelWidth - 1) / panelWidth * panelWidth + 16
    let pixels = geometry.batch * geometry.outputHeight * geometry.outputWidth
    let pieces =
      geometry.groups * ((groupOutputs + outputs - 1) / outputs)
      * (geometry.kernelHeight / kernelRows) * ((groupChannels + channels - 1) / channels)
    slices = max(1, min((24 + pieces - 1) / pieces, pixels / 512))
  }

  private var groupChannels: Int { geometry.inputChannels / geometry.groups }
  private var groupOutputs: Int { geometry.outputChannels / geometry.groups }
  private var channelBlocks: Int { (groupChannels + channels - 1) / channels }
  private var outputBlocks: Int { (groupOutputs + outputs - 1) / outputs }
  private var rowBlocks: Int { geometry.kernelHeight / kernelRows }

  var count: Int { slices * geometry.groups * outputBlocks * rowBlocks * channelBlocks }
  var panelCount: Int { pitch * depth }
  var scratchCount: Int { panelCount + pitch * outputs }

  subscript(index: Int) -> Piece {
    var rest = index
    func next(_ size: Int) -> Int {
      defer { rest /= size }
      return rest % size
    }
    let slice = next(slices)
    let channel = next(channelBlocks) * channels
    let kernelRow = next(rowBlocks) * kernelRows
    let output = next(outputBlocks) * outputs
    let group = rest
    var patches = ElixirPatches(geometry, group: group)
    patches.offsetY += kernelRow
    patches.kernelHeight = kernelRows
    patches.firstChannel += channel
    patches.channels = min(channels, groupChannels - channel)
    let pixels = geometry.batch * geometry.outputHeight * geometry.outputWidth
    let firstOutput = group * groupOutputs + output
    return Piece(
      patches: patches, pixels: pixels * slice / slices..<pixels * (slice + 1) / slices,
      outputs: firstOutput..<firstOutput + min(outputs, groupOutputs - output),
      kernelRow: kernelRow, channel: channel,
      columns: kernelRows * geometry.kernelWidth * patches.channels, slice: slice)
  }

  /// Copies a piece's sums `[outputs, pitch]` to their places in the slice's `[O, kH, kW, I]`.
  func store(
    _ piece: Piece, _ sums: UnsafePointer<Float>, into: UnsafeMutablePointer<Float>
  ) {
    let width = piece.patches.channels
    let taps = kernelRows * geometry.kernelWidth
    let base = into + piece.slice * geometry.weightCount
    for (row, output) in piece.outputs.enumerated() {
      for tap in 0..<taps {
        let place =
          ((output * geometry.kernelHeight + piece.kernelRow) * geometry.kernelWidth + tap)
          * groupChannels + piece.channel
        (base + place).update(from: sums + row * pitch + tap * width, count: width)
      }
    }
  }
}

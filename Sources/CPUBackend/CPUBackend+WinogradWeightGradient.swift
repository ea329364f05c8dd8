import CMicroKernels
import ComputeBackend
import ConvolutionAlgorithms

// The weight's gradient Gᵀ [Σ (A g Aᵀ) ⊙ (Bᵀ d B)] G: for each plane, a matrix product
// [O, tiles]·[tiles, I] of transformed tiles, summed over the tiles of a slice.
extension CPUBackend {
  func convolveWeightGradientByWinograd(
    _ geometry: Conv2DGeometry, size: Int, input: UnsafePointer<Float>,
    outputGradient: UnsafePointer<Float>, into: BufferSlice
  ) {
    let plan = WinogradGradientPlan(
      geometry, size: size, panelWidth: kernels.products.panelWidth, pitch: rowPitch)
    sumSlices(plan.slices, into: into) { partials in
      threads.parallelFor(plan.count) { item, worker in
        let piece = plan[item]
        let memory = threads.scratch(worker, count: plan.scratchCount)
        accumulate(plan, piece, memory, input: input, outputGradient: outputGradient)
        let sums = memory + plan.sumsOffset
        for (row, output) in piece.outputs.enumerated() {
          kernels.winograd.transformKernelGradients(
            sums + row * plan.inputPitch, plan.sumsStride, piece.inputs.count, size,
            partials + piece.slice * geometry.weightCount
              + output * 9 * geometry.inputChannels + piece.inputs.lowerBound,
            geometry.inputChannels)
        }
      }
    }
  }

  /// The sums over all tiles of a piece, plane by plane.
  private func accumulate(
    _ plan: WinogradGradientPlan, _ piece: WinogradGradientPlan.Piece,
    _ memory: UnsafeMutablePointer<Float>, input: UnsafePointer<Float>,
    outputGradient: UnsafePointer<Float>
  ) {
    let zeros = memory + plan.zerosOffset
    zeros.update(repeating: 0, count: plan.zerosCount)
    let gradients = memory + plan.outputsOffset
    var (source, target) = (plan.tiling.sourceTiles, plan.tiling.targetTiles)
    for first in stride(
      from: piece.tiles.lowerBound, to: piece.tiles.upperBound, by: WinogradGradientPlan.depth)
    {
      let last = min(first + WinogradGradientPlan.depth, piece.tiles.upperBound)
      var inputs = ElixirPlanes(
        first: piece.inputs.lowerBound, columns: piece.inputs.count, pitch: plan.inputPitch,
        stride: (last - first) * plan.inputPitch)
      var outputs = ElixirPlanes(
        first: piece.outputs.lowerBound, columns: piece.outputs.count, pitch: plan.outputPitch,
        stride: (last - first) * plan.outputPitch)
      kernels.winograd.transformInput(&source, input, zeros, first, last, memory, &inputs)
      kernels.winograd.transformOutputGradient(
        &target, outputGradient, zeros, first, last, gradients, &outputs)
      for plane in 0..<plan.tiling.planes {
        multiply(
          ElixirProduct(
            rows: piece.outputs.count, columns: plan.columns, inner: last - first,
            a: gradients + plane * outputs.stride, aPitch: plan.outputPitch, aTransposed: true,
            b: memory + plane * inputs.stride, panelStride: kernels.products.panelWidth,
            bPitch: plan.inputPitch),
          ElixirOutput(
            into: memory + plan.sumsOffset + plane * plan.sumsStride, pitch: plan.inputPitch,
            accumulate: first > piece.tiles.lowerBound))
      }
    }
  }
}

/// How Winograd's weight gradient is cut: by output channels, input channels and slices of tiles.
///
/// A function of the geometry alone, so sums come out the same on any machine.
struct WinogradGradientPlan {
  /// Tiles that are transformed at a time.
  static let depth = 48

  let geometry: Conv2DGeometry
  let tiling: WinogradTiling
  let slices: Int
  /// Channels of a piece, at most.
  private let inputs: Int
  private let outputs: Int
  /// Columns of a product: the inputs and what fills their last panel.
  let columns: Int
  /// Elements between two tiles.
  let inputPitch: Int
  let outputPitch: Int

  struct Piece {
    var outputs: Range<Int>
    var inputs: Range<Int>
    var tiles: Range<Int>
    var slice: Int
  }

  init(_ geometry: Conv2DGeometry, size: Int, panelWidth: Int, pitch: (Int) -> Int) {
    self.geometry = geometry
    tiling = WinogradTiling(geometry, size: size)
    inputs = Self.part(of: geometry.inputChannels)
    outputs = Self.part(of: geometry.outputChannels)
    columns = (inputs + panelWidth - 1) / panelWidth * panelWidth
    inputPitch = pitch(columns)
    outputPitch = pitch(outputs)
    let blocks =
      (geometry.inputChannels + inputs - 1) / inputs
      * ((geometry.outputChannels + outputs - 1) / outputs)
    slices = max(1, min((8 + blocks - 1) / blocks, tiling.count / (2 * Self.depth)))
  }

  /// Channels are cut into equal parts of up to 128.
  private static func part(of channels: Int) -> Int {
    let parts = (channels + 127) / 128
    return (channels + parts - 1) / parts
  }

  private var inputBlocks: Int { (geometry.inputChannels + inputs - 1) / inputs }
  private var outputBlocks: Int { (geometry.outputChannels + outputs - 1) / outputs }
  var count: Int { slices * inputBlocks * outputBlocks }

  // A thread's memory: transformed inputs, transformed gradients, sums, zeros.
  var outputsOffset: Int { tiling.planes * Self.depth * inputPitch }
  var sumsOffset: Int { outputsOffset + tiling.planes * Self.depth * outputPitch }
  var sumsStride: Int { outputs * inputPitch }
  var zerosOffset: Int { sumsOffset + tiling.planes * sumsStride }
  var zerosCount: Int { max(geometry.inputChannels, geometry.outputChannels) }
  var scratchCount: Int { zerosOffset + zerosCount }

  subscript(index: Int) -> Piece {
    let slice = index % slices
    let input = index / slices % inputBlocks * inputs
    let output = index / slices / inputBlocks * outputs
    return Piece(
      outputs: output..<min(output + outputs, geometry.outputChannels),
      inputs: input..<min(input + inputs, geometry.inputChannels),
      tiles: tiling.count * slice / slices..<tiling.count * (slice + 1) / slices, slice: slice)
  }
}

import CMicroKernels
import ComputeBackend
import ConvolutionAlgorithms

// Winograd convolution: tiles and kernels are transformed, multiplied plane by plane and
// transformed back. One of the two is transformed first: the tiles, if they are few enough for a
// cache (`WinogradPanelPlan.fits`), by each thread or for all, and else the kernels, for all. The
// other one follows piece by piece, within the caches of the thread that multiplies it.
extension CPUBackend {
  /// output = source ⋆ kernels.
  func convolveByWinograd(
    _ tiling: WinogradTiling, source: UnsafePointer<Float>, kernels: WinogradKernels,
    output: ElixirOutput
  ) {
    let isKept = reduces(kernels)
    let plan = WinogradPanelPlan(
      tiling, kernels, products: self.kernels.products, threads: threads.threads,
      pitch: rowPitch)
    if !isKept, plan.fits, let multiply = self.kernels.winograd.multiplyPanel {
      convolveTilesFirst(plan, source: source, kernels: kernels, by: multiply, output: output)
    } else {
      let weight = transformedPanels(kernels, isKept: isKept)
      guard isHealthy else { return }
      convolveKernelsFirst(tiling, source: source, weight: weight, output: output)
    }
  }

  /// The way back to pixels from the products of all planes, tiles `pitch` and planes `stride`
  /// elements apart.
  func finish(
    _ tiling: WinogradTiling, _ tiles: Range<Int>, columns: Range<Int>,
    products: UnsafePointer<Float>, pitch: Int, stride: Int, output: ElixirOutput
  ) {
    var (target, output) = (tiling.targetTiles, output)
    var results = ElixirPlanes(
      first: columns.lowerBound, columns: columns.count, pitch: pitch, stride: stride)
    kernels.winograd.transformOutput(
      &target, products, tiles.lowerBound, tiles.upperBound, &results, &output)
  }
}

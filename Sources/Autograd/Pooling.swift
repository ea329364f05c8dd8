import ComputeBackend

/// The greatest element of each window of x `[N, H, W, C]`.
public func maxPool(_ x: Tensor, kernel: Int, stride: Int, padding: Int = 0) -> Tensor {
  precondition(x.shape.count == 4, "maxPool: shape \(x.shape)")
  let geometry = Pool2DGeometry(
    batch: x.shape[0], inputHeight: x.shape[1], inputWidth: x.shape[2], channels: x.shape[3],
    kernel: kernel, stride: stride, padding: padding)
  let shape = [x.shape[0], geometry.outputHeight, geometry.outputWidth, x.shape[3]]
  let output = Tensor.empty(shape, on: x.backend)
  let indices = IndexTensor.empty(shape, on: x.backend)
  x.backend.maxPool(geometry, x.slice, into: output.slice, indices: indices.slice)
  return output.recorded(Rule.gathered(x, indices))
}

/// Means over `factor`×`factor` windows: `[N, H, W, C]` to `[N, H/factor, W/factor, C]`.
public func averagePool(_ x: Tensor, factor: Int) -> Tensor {
  averagePool(x, factor: factor, scale: 1)
}

/// Means over windows, times `scale`.
func averagePool(_ x: Tensor, factor: Int, scale: Float) -> Tensor {
  precondition(
    x.shape.count == 4 && x.shape[1] % factor == 0 && x.shape[2] % factor == 0,
    "averagePool: shape \(x.shape), factor \(factor)")
  let shape = [x.shape[0], x.shape[1] / factor, x.shape[2] / factor, x.shape[3]]
  let output = Tensor.empty(shape, on: x.backend)
  x.backend.averagePool(
    x.slice, shape: x.shape, factor: factor, scale: scale, into: output.slice)
  return output.recorded(Rule.averagePooled(x, factor: factor, scale: scale))
}

/// Repeats each pixel `factor`×`factor` times: `[N, H, W, C]` to `[N, H·factor, W·factor, C]`.
public func upsampleNearest(_ x: Tensor, factor: Int) -> Tensor {
  upsampleNearest(x, factor: factor, scale: 1)
}

/// Repeats each pixel, times `scale`.
func upsampleNearest(_ x: Tensor, factor: Int, scale: Float) -> Tensor {
  precondition(x.shape.count == 4, "upsampleNearest: shape \(x.shape)")
  let shape = [x.shape[0], x.shape[1] * factor, x.shape[2] * factor, x.shape[3]]
  let output = Tensor.empty(shape, on: x.backend)
  x.backend.upsampleNearest(
    x.slice, shape: x.shape, factor: factor, scale: scale, into: output.slice)
  return output.recorded(Rule.upsampled(x, factor: factor, scale: scale))
}

/// The mean over all pixels: `[N, H, W, C]` to `[N, C]`.
public func globalAveragePool(_ x: Tensor) -> Tensor {
  let block = x.block
  return x.reduced(
    .sum, shape: block, keeping: [.outer, .inner], scale: 1 / Float(block.middle),
    resultShape: [block.outer, block.inner])
}

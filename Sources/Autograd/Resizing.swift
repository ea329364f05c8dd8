import ComputeBackend

/// Resizes images `[N, H, W, C]` bilinearly to `[N, height, width, C]`.
///
/// Pixel centres are at half-integers and borders repeat, as PyTorch's `interpolate` has it without
/// `align_corners` and without antialiasing. A product with a constant matrix along each axis, so
/// any derivative follows.
public func resizeBilinear(_ x: Tensor, height: Int, width: Int) -> Tensor {
  precondition(
    x.shape.count == 4 && height > 0 && width > 0,
    "resizeBilinear: shape \(x.shape) to \(height)×\(width)")
  if x.shape[1] == height && x.shape[2] == width { return x }
  let rows = interpolation(from: x.shape[1], to: height, on: x.backend)
  let columns = interpolation(from: x.shape[2], to: width, on: x.backend)
  let widened = matrixProduct(x.permuted([0, 3, 1, 2]), columns)  // [N, C, H, width]
  return matrixProduct(widened.permuted([0, 1, 3, 2]), rows)  // [N, C, width, height]
    .permuted([0, 3, 2, 1])
}

/// `[source, target]`: how much each source pixel gives to each target pixel of one axis.
private func interpolation(
  from source: Int, to target: Int, on backend: any ComputeBackend
) -> Tensor {
  var matrix = [Float](repeating: 0, count: source * target)
  for place in 0..<target {
    let exact = (Double(place) + 0.5) * Double(source) / Double(target) - 0.5
    let position = min(max(exact, 0), Double(source - 1))
    let lower = Int(position)
    let share = Float(position - Double(lower))
    matrix[lower * target + place] += 1 - share
    matrix[min(lower + 1, source - 1) * target + place] += share
  }
  return Tensor(matrix, shape: [source, target], on: backend)
}

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
  return resampled(
    x, rows: interpolation(from: x.shape[1], to: height),
    columns: interpolation(from: x.shape[2], to: width))
}

/// Half the size of images `[N, H, W, C]`, filtered by 1 3 3 1 along each axis, as in NCSN++.
///
/// Beyond the borders are zeros.
public func filteredHalf(_ x: Tensor) -> Tensor {
  func matrix(_ source: Int) -> ResamplingMatrix {
    precondition(source % 2 == 0, "filteredHalf: shape \(x.shape)")
    var matrix = ResamplingMatrix(source: source, target: source / 2)
    for place in 0..<source / 2 {
      for (tap, weight) in [1, 3, 3, 1].enumerated() {
        matrix.add(Float(weight) / 8, from: 2 * place + tap - 1, to: place)
      }
    }
    return matrix
  }
  return resampled(x, rows: matrix(x.shape[1]), columns: matrix(x.shape[2]))
}

/// Twice the size of images `[N, H, W, C]`: zeros between the pixels, filtered by 1 3 3 1.
public func filteredDouble(_ x: Tensor) -> Tensor {
  func matrix(_ source: Int) -> ResamplingMatrix {
    var matrix = ResamplingMatrix(source: source, target: 2 * source)
    for place in 0..<2 * source {
      for (tap, weight) in [1, 3, 3, 1].enumerated() where (place + tap) % 2 == 0 {
        matrix.add(Float(weight) / 4, from: (place + tap - 2) / 2, to: place)
      }
    }
    return matrix
  }
  return resampled(x, rows: matrix(x.shape[1]), columns: matrix(x.shape[2]))
}

/// Means over `height`×`width` windows that cover images `[N, H, W, C]` evenly, as PyTorch's
/// `adaptive_avg_pool2d`: window i begins at ⌊i·H/height⌋ and ends before ⌈(i + 1)·H/height⌉.
public func averagePoolAdaptively(_ x: Tensor, height: Int, width: Int) -> Tensor {
  func matrix(_ source: Int, _ target: Int) -> ResamplingMatrix {
    .means(source: source, target: target) {
      $0 * source / target..<(($0 + 1) * source + target - 1) / target
    }
  }
  precondition(
    x.shape.count == 4 && height > 0 && width > 0,
    "averagePoolAdaptively: shape \(x.shape) to \(height)×\(width)")
  if x.shape[1] == height && x.shape[2] == width { return x }
  return resampled(x, rows: matrix(x.shape[1], height), columns: matrix(x.shape[2], width))
}

/// Means over 2×2 windows, of sides that may be odd: then the last row or column is left out.
public func averagePoolHalf(_ x: Tensor) -> Tensor {
  precondition(
    x.shape.count == 4 && min(x.shape[1], x.shape[2]) > 1, "averagePoolHalf: shape \(x.shape)")
  if x.shape[1] % 2 == 0 && x.shape[2] % 2 == 0 { return averagePool(x, factor: 2) }
  func matrix(_ source: Int) -> ResamplingMatrix {
    .means(source: source, target: source / 2) { 2 * $0..<2 * $0 + 2 }
  }
  return resampled(x, rows: matrix(x.shape[1]), columns: matrix(x.shape[2]))
}

/// A product with a matrix along each axis of the images.
private func resampled(_ x: Tensor, rows: ResamplingMatrix, columns: ResamplingMatrix) -> Tensor {
  let widened = matrixProduct(x.permuted([0, 3, 1, 2]), columns.tensor(on: x.backend))
  return matrixProduct(widened.permuted([0, 1, 3, 2]), rows.tensor(on: x.backend))
    .permuted([0, 3, 2, 1])
}

/// How much each source pixel gives to each target pixel of one axis, `[source, target]`.
private struct ResamplingMatrix {
  let source: Int
  let target: Int
  private var values: [Float]

  init(source: Int, target: Int) {
    self.source = source
    self.target = target
    values = [Float](repeating: 0, count: source * target)
  }

  /// Pixels beyond the borders are zero.
  mutating func add(_ share: Float, from place: Int, to result: Int) {
    if place >= 0 && place < source { values[place * target + result] += share }
  }

  /// Each target pixel is the mean of a window.
  static func means(
    source: Int, target: Int, _ window: (Int) -> Range<Int>
  ) -> ResamplingMatrix {
    var matrix = ResamplingMatrix(source: source, target: target)
    for place in 0..<target {
      let window = window(place)
      for pixel in window { matrix.add(1 / Float(window.count), from: pixel, to: place) }
    }
    return matrix
  }

  func tensor(on backend: any ComputeBackend) -> Tensor {
    Tensor(values, shape: [source, target], on: backend)
  }
}

private func interpolation(from source: Int, to target: Int) -> ResamplingMatrix {
  var matrix = ResamplingMatrix(source: source, target: target)
  for place in 0..<target {
    let exact = (Double(place) + 0.5) * Double(source) / Double(target) - 0.5
    let position = min(max(exact, 0), Double(source - 1))
    let lower = Int(position)
    let share = Float(position - Double(lower))
    matrix.add(1 - share, from: lower, to: place)
    matrix.add(share, from: min(lower + 1, source - 1), to: place)
  }
  return matrix
}

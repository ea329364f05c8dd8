/// A transposition as loops over the output: four outer axes and an inner one.
struct Permutation {
  var sizes: [Int]
  /// Source elements between two steps of each outer axis.
  var strides: [Int]
  var inner: Int
  var innerStride: Int

  /// Axis `i` of the output is axis `axes[i]` of `shape`; neighbours that stay together become one.
  init(shape: [Int], axes: [Int]) {
    var sourceStrides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      sourceStrides[axis] = sourceStrides[axis + 1] * shape[axis + 1]
    }
    var merged: [(size: Int, stride: Int)] = []
    for axis in axes where shape[axis] != 1 {
      let (size, stride) = (shape[axis], sourceStrides[axis])
      if let last = merged.last, last.stride == size * stride {
        merged[merged.count - 1] = (last.size * size, stride)
      } else {
        merged.append((size, stride))
      }
    }
    let innermost = merged.popLast() ?? (1, 1)
    let padding = Array(repeating: (size: 1, stride: 0), count: 4 - merged.count)
    sizes = (padding + merged).map(\.size)
    strides = (padding + merged).map(\.stride)
    inner = innermost.size
    innerStride = innermost.stride
  }
}

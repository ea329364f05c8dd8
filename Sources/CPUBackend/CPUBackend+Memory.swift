import CMicroKernels
import ComputeBackend
import Glibc

extension CPUBackend {
  public func upload<Element: BitwiseCopyable>(
    _ values: UnsafeBufferPointer<Element>, to slice: BufferSlice
  ) {
    guard isHealthy, let base = values.baseAddress else { return }
    memcpy(slice.written(), base, values.count * 4)
  }

  public func download<Element: BitwiseCopyable>(
    _ slice: BufferSlice, to values: UnsafeMutableBufferPointer<Element>
  ) throws {
    try takeFailure()
    guard let base = values.baseAddress else { return }
    memcpy(base, slice.floats, values.count * 4)
  }

  public func synchronize() throws { try takeFailure() }

  public func fill(_ slice: BufferSlice, with value: Float) {
    guard isHealthy else { return }
    let y = slice.written()
    threads.parallelRanges(slice.count, grain: Self.grain) { range, _ in
      (y + range.lowerBound).update(repeating: value, count: range.count)
    }
  }

  public func copy(_ source: BufferSlice, into: BufferSlice) {
    guard isHealthy else { return }
    let (x, y) = (source.floats, into.written())
    threads.parallelRanges(source.count, grain: Self.grain) { range, _ in
      memcpy(y + range.lowerBound, x + range.lowerBound, range.count * 4)
    }
  }

  public func permute(_ source: BufferSlice, shape: [Int], axes: [Int], into: BufferSlice) {
    let count = shape.reduce(1, *)
    guard isHealthy, count > 0 else { return }
    let plan = Permutation(shape: shape, axes: axes)
    let rows = count / plan.inner
    let (x, y) = (source.floats, into.written())
    threads.parallelRanges(rows, grain: max(1, Self.grain / plan.inner)) { range, _ in
      elixirPermute(
        x, plan.sizes, plan.strides, plan.inner, plan.innerStride, range.lowerBound,
        range.upperBound, y)
    }
  }

  public func copyBlock(
    _ source: BufferSlice, sourcePitch: Int, into: BufferSlice, intoPitch: Int, rows: Int,
    columns: Int
  ) {
    guard isHealthy else { return }
    let (x, y) = (source.floats, into.written())
    threads.parallelRanges(rows, grain: max(1, Self.grain / max(columns, 1))) { range, _ in
      for row in range { memcpy(y + row * intoPitch, x + row * sourcePitch, columns * 4) }
    }
  }

  public func gatherRows(
    _ table: BufferSlice, indices: BufferSlice, columns: Int, into: BufferSlice
  ) {
    guard isHealthy else { return }
    let rows = columns > 0 ? table.count / columns : 0
    let (x, place, y) = (table.floats, indices.integers, into.written())
    threads.parallelRanges(indices.count, grain: max(1, Self.grain / max(columns, 1))) { range, _ in
      for row in range {
        let from = Int(place[row])
        precondition(from >= 0 && from < rows, "gatherRows: row \(from) of \(rows)")
        memcpy(y + row * columns, x + from * columns, columns * 4)
      }
    }
  }

  public func scatterAddRows(
    _ source: BufferSlice, indices: BufferSlice, columns: Int, into: BufferSlice
  ) {
    guard isHealthy else { return }
    let rows = columns > 0 ? into.count / columns : 0
    let (x, place, y) = (source.floats, indices.integers, into.written())
    let count = indices.count
    // Each piece owns a range of columns, so the order of additions is that of the rows.
    threads.parallelRanges(columns, grain: max(16, Self.grain / max(count, 1))) { range, _ in
      for row in 0..<count {
        let target = Int(place[row])
        precondition(target >= 0 && target < rows, "scatterAddRows: row \(target) of \(rows)")
        for column in range { y[target * columns + column] += x[row * columns + column] }
      }
    }
  }

  /// Elements below which splitting a simple loop does not pay.
  static let grain = 8192
}

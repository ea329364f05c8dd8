import CMicroKernels
import ComputeBackend

extension CPUBackend {
  public func reduce(
    _ operation: ReductionOperation, _ x: BufferSlice, shape: BlockShape, keeping: BlockAxes,
    scale: Float, into: BufferSlice
  ) {
    guard isHealthy else { return }
    let axes = Broadcast(shape: shape, axes: keeping).axes
    // The array as [outer, middle, inner] with alternating kinds and `inner` as found.
    let sizes = Array(repeating: 1, count: 3 - axes.count) + axes.map(\.size)
    if axes.last?.isKept ?? true {
      reduceColumns(operation, x, sizes, scale: scale, into: into)
    } else {
      reduceRuns(operation, x, sizes, scale: scale, into: into)
    }
  }

  /// [reduced, kept, reduced] to [kept]: pieces of the last axis, then the pieces' results.
  private func reduceRuns(
    _ operation: ReductionOperation, _ x: BufferSlice, _ sizes: [Int], scale: Float,
    into: BufferSlice
  ) {
    let (outer, kept, length) = (sizes[0], sizes[1], sizes[2])
    let pieceLength = 4096
    let pieces = (length + pieceLength - 1) / pieceLength
    let scratch = temporary(outer * kept * pieces * 2)
    guard isHealthy else { return }
    let partials = scratch[outer * kept * pieces * 2].doubles
    let (source, y) = (x.floats, into.written())
    let grain = max(1, Self.grain / min(length, pieceLength))
    threads.parallelRanges(outer * kept * pieces, grain: grain) { range, _ in
      kernels.reductions.reduceRuns(
        operation.rawValue, source, length, pieceLength, range.lowerBound, range.upperBound,
        partials)
    }
    threads.parallelRanges(kept, grain: max(1, Self.grain / (outer * pieces))) { range, _ in
      for k in range {
        var result = operation.start
        for o in 0..<outer {
          for piece in 0..<pieces {
            result = operation.combine(result, partials[(o * kept + k) * pieces + piece])
          }
        }
        y[k] = Float(result * Double(scale))
      }
    }
  }

  /// [kept, reduced, kept] to [kept, kept]: slices of the middle axis, then the slices' results.
  private func reduceColumns(
    _ operation: ReductionOperation, _ x: BufferSlice, _ sizes: [Int], scale: Float,
    into: BufferSlice
  ) {
    let (outer, rows, columns) = (sizes[0], sizes[1], sizes[2])
    let slices = (rows + 255) / 256
    let blocks = (columns + 1023) / 1024
    let scratch = temporary(outer * slices * columns * 2)
    guard isHealthy else { return }
    let partials = scratch[outer * slices * columns * 2].doubles
    let (source, y) = (x.floats, into.written())
    let work = max(1, rows / slices * (columns / blocks))
    threads.parallelRanges(outer * slices * blocks, grain: max(1, Self.grain / work)) { range, _ in
      for item in range {
        let (slice, block) = (item / blocks, item % blocks)
        let (o, s) = (slice / slices, slice % slices)
        let first = rows * s / slices
        let start = block * 1024
        kernels.reductions.reduceColumns(
          operation.rawValue, source + (o * rows + first) * columns + start,
          rows * (s + 1) / slices - first, columns, min(1024, columns - start),
          partials + slice * columns + start)
      }
    }
    threads.parallelRanges(outer * columns, grain: max(1, Self.grain / slices)) { range, _ in
      for k in range {
        let (o, c) = (k / columns, k % columns)
        var result = operation.start
        for s in 0..<slices {
          result = operation.combine(result, partials[(o * slices + s) * columns + c])
        }
        y[k] = Float(result * Double(scale))
      }
    }
  }

  public func argmax(_ x: BufferSlice, rows: Int, columns: Int, into: BufferSlice) {
    guard isHealthy else { return }
    let (source, y) = (x.floats, into.writtenIntegers())
    parallelRows(rows, columns) { first, count in
      elixirArgmax(source + first * columns, count, columns, y + first)
    }
  }

  public func softmax(_ x: BufferSlice, rows: Int, columns: Int, into: BufferSlice) {
    guard isHealthy else { return }
    let (source, y) = (x.floats, into.written())
    parallelRows(rows, columns) { first, count in
      kernels.reductions.softmax(source + first * columns, count, columns, y + first * columns)
    }
  }

  public func softmaxGradient(
    _ y: BufferSlice, upstream: BufferSlice, rows: Int, columns: Int, into: BufferSlice
  ) {
    guard isHealthy else { return }
    let (p, g, result) = (y.floats, upstream.floats, into.written())
    parallelRows(rows, columns) { first, count in
      let place = first * columns
      kernels.reductions.softmaxGradient(p + place, g + place, count, columns, result + place)
    }
  }

  public func softmaxCrossEntropy(
    _ logits: BufferSlice, labels: BufferSlice, rows: Int, columns: Int, losses: BufferSlice
  ) {
    guard isHealthy else { return }
    let (x, label, y) = (logits.floats, labels.integers, losses.written())
    checkLabels("softmaxCrossEntropy", label, rows, columns)
    parallelRows(rows, columns) { first, count in
      kernels.reductions.crossEntropy(
        x + first * columns, label + first, count, columns, y + first)
    }
  }

  public func softmaxCrossEntropyGradient(
    _ logits: BufferSlice, labels: BufferSlice, upstream: BufferSlice, rows: Int, columns: Int,
    into: BufferSlice
  ) {
    guard isHealthy else { return }
    let (x, label, g, y) = (logits.floats, labels.integers, upstream.floats, into.written())
    checkLabels("softmaxCrossEntropyGradient", label, rows, columns)
    parallelRows(rows, columns) { first, count in
      kernels.reductions.crossEntropyGradient(
        x + first * columns, label + first, g + first, count, columns, y + first * columns)
    }
  }

  private func parallelRows(
    _ rows: Int, _ columns: Int, _ body: (_ first: Int, _ count: Int) -> Void
  ) {
    threads.parallelRanges(rows, grain: max(1, Self.grain / 4 / max(columns, 1))) { range, _ in
      body(range.lowerBound, range.count)
    }
  }

  private func checkLabels(
    _ operation: String, _ labels: UnsafePointer<Int32>, _ rows: Int, _ columns: Int
  ) {
    for row in 0..<rows {
      precondition(
        labels[row] >= 0 && labels[row] < columns,
        "\(operation): label \(labels[row]) of \(columns) classes")
    }
  }
}

extension ReductionOperation {
  /// The reduction of nothing.
  fileprivate var start: Double { self == .maximum ? -.infinity : 0 }

  /// Two partial results as one; NaN passes on.
  fileprivate func combine(_ a: Double, _ b: Double) -> Double {
    guard self == .maximum else { return a + b }
    return b > a || b.isNaN ? b : a
  }
}

extension BufferSlice {
  /// Scratch memory as doubles; two elements hold one.
  var doubles: UnsafeMutablePointer<Double> {
    UnsafeMutableRawPointer(written()).assumingMemoryBound(to: Double.self)
  }
}

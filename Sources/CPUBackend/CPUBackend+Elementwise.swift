import CMicroKernels
import ComputeBackend

extension CPUBackend {
  public func unary(_ operation: UnaryOperation, _ x: BufferSlice, into: BufferSlice) {
    guard isHealthy else { return }
    let (source, y) = (x.floats, into.written())
    threads.parallelRanges(x.count, grain: Self.grain) { range, _ in
      let start = range.lowerBound
      kernels.elementwise.unary(
        operation.code.rawValue, operation.a, operation.b, source + start, y + start, range.count)
    }
  }

  public func unaryGradient(
    _ operation: UnaryOperation, _ x: BufferSlice, upstream: BufferSlice, into: BufferSlice
  ) {
    guard isHealthy else { return }
    let (source, g, y) = (x.floats, upstream.floats, into.written())
    threads.parallelRanges(x.count, grain: Self.grain) { range, _ in
      let start = range.lowerBound
      kernels.elementwise.unaryGradient(
        operation.code.rawValue, operation.a, operation.b, source + start, g + start, y + start,
        range.count)
    }
  }

  public func binary(
    _ operation: BinaryOperation, _ a: BufferSlice, _ b: BufferSlice, shape: BlockShape,
    axesOfB: BlockAxes, into: BufferSlice
  ) {
    guard isHealthy, shape.count > 0 else { return }
    let plan = Broadcast(shape: shape, axes: axesOfB)
    let (x, z, y) = (a.floats, b.floats, into.written())
    let scalar = !plan.innerIsKept
    if !scalar, plan.axes.count == 2, plan.inner < 64 {
      binaryRepeating(operation, x, z, period: plan.inner, count: shape.count, into: y)
      return
    }
    // Long rows are cut into segments, short rows are taken several at a time.
    let segments = (plan.inner + Self.grain - 1) / Self.grain
    let grain = max(1, Self.grain / plan.inner)
    threads.parallelRanges(plan.rows * segments, grain: grain) { range, _ in
      for item in range {
        let (row, segment) = (item / segments, item % segments)
        let start = plan.inner * segment / segments
        let count = plan.inner * (segment + 1) / segments - start
        let place = row * plan.inner + start
        kernels.elementwise.binary(
          operation.rawValue, x + place, z + plan.offset(row) + (scalar ? 0 : start), scalar,
          y + place, count)
      }
    }
  }

  /// `b` repeated along all of `a`: several copies of it at a time, as short rows are slow.
  private func binaryRepeating(
    _ operation: BinaryOperation, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    period: Int, count: Int, into: UnsafeMutablePointer<Float>
  ) {
    let length = 1024 / period * period
    let blocks = (count + length - 1) / length
    threads.parallelRanges(blocks, grain: Self.grain / length) { range, worker in
      let copies = threads.scratch(worker, count: length)
      for i in 0..<length { copies[i] = b[i % period] }
      for start in range.lazy.map({ $0 * length }) {
        kernels.elementwise.binary(
          operation.rawValue, a + start, copies, false, into + start, min(length, count - start))
      }
    }
  }

  public func affineSum(
    _ terms: [(coefficient: Float, slice: BufferSlice)], into: BufferSlice
  ) {
    guard isHealthy else { return }
    let pointers = terms.map(\.slice.floats)
    let coefficients = terms.map(\.coefficient)
    let y = into.written()
    threads.parallelRanges(into.count, grain: Self.grain) { range, _ in
      let start = range.lowerBound
      kernels.elementwise.affineSum(
        pointers.map { $0 + start }, coefficients, terms.count, y + start, range.count)
    }
  }

  public func rowAffineSum(
    _ terms: [BufferSlice], coefficients: BufferSlice, rows: Int, into: BufferSlice
  ) {
    guard isHealthy else { return }
    let columns = into.count / rows
    let pointers = terms.map(\.floats)
    let (c, y) = (coefficients.floats, into.written())
    threads.parallelRanges(rows, grain: max(1, Self.grain / max(columns, 1))) { range, _ in
      for row in range {
        let start = row * columns
        kernels.elementwise.affineSum(
          pointers.map { $0 + start }, terms.indices.map { c[$0 * rows + row] }, terms.count,
          y + start, columns)
      }
    }
  }

  public func modulate(
    _ x: BufferSlice, scale: BufferSlice, shift: BufferSlice, shape: BlockShape, perSample: Bool,
    activation: Activation, into: BufferSlice
  ) {
    let channels = shape.inner
    guard isHealthy, shape.count > 0 else { return }
    let (source, a, b, y) = (x.floats, scale.floats, shift.floats, into.written())
    let middle = shape.middle
    threads.parallelRanges(shape.outer * middle, grain: max(1, Self.grain / channels)) { range, _ in
      var row = range.lowerBound
      while row < range.upperBound {
        let sample = row / middle
        let end = perSample ? min((sample + 1) * middle, range.upperBound) : range.upperBound
        let place = perSample ? sample * channels : 0
        kernels.elementwise.modulate(
          source + row * channels, a + place, b + place, activation.rawValue,
          y + row * channels, end - row, channels)
        row = end
      }
    }
  }
}

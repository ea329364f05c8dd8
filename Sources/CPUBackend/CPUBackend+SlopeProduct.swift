import CMicroKernels
import ComputeBackend

extension CPUBackend {
  /// Where σ′ has two values, sums of few rows of x that are made once and added many times.
  public func slopeProduct(
    _ activation: CriticActivation, _ z: BufferSlice, factors: BufferSlice?, _ x: BufferSlice,
    shape: MatrixProductShape, into: BufferSlice
  ) {
    guard activation.isPiecewiseLinear else {
      return denseSlopeProduct(activation, z, factors: factors, x, shape: shape, into: into)
    }
    guard isHealthy else { return }
    let own = kernels.slopeProducts
    let blocks = (shape.k + own.blockRows - 1) / own.blockRows
    // Two patterns in a float's place.
    let patternCount = blocks * shape.m * ElixirSlopeGroups
    let memory = temporary((patternCount + 1) / 2)[(patternCount + 1) / 2]
    guard isHealthy else { return }
    let (signs, y) = (z.floats, into.written())
    let (values, scales) = (x.floats, factors?.floats)
    memory.written().withMemoryRebound(to: UInt16.self, capacity: patternCount) { patterns in
      threads.parallelFor(blocks) { block, _ in
        own.patterns(
          signs, shape.transposeA ? shape.m : shape.k, shape.transposeA, shape.m, shape.k, block,
          block + 1, patterns)
      }
      var product = ElixirSlopeProduct(
        rows: shape.m, columns: shape.n, inner: shape.k, below: activation.unary.a,
        patterns: patterns, factors: scales, x: values, into: y)
      let strips = (shape.n + own.stripWidth - 1) / own.stripWidth
      // A part of the rows makes all sums anew, as many as each group has patterns.
      let parts = max(1, min(2 * threads.threads / strips, shape.m / 128))
      withUnsafePointer(to: &product) { product in
        threads.parallelFor(strips * parts) { item, worker in
          let (strip, part) = (item / parts, item % parts)
          let rows = shape.m * part / parts..<shape.m * (part + 1) / parts
          own.multiply(
            product, rows.lowerBound, rows.upperBound, strip * own.stripWidth,
            threads.scratch(worker, count: own.tableCount + rows.count * own.stripWidth))
        }
      }
    }
  }
}

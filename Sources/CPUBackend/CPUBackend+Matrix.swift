import CMicroKernels
import ComputeBackend
import Glibc

/// What a packed matrix is a function of, beside its elements.
private struct MatrixPackingKey: Hashable {
  var offset: Int
  var n: Int
  var k: Int
  var isTransposed: Bool
  /// Whether A is transposed: such products keep 32-bit weights.
  var hasTransposedA: Bool
}

extension CPUBackend {
  public func matrixProduct(
    _ shape: MatrixProductShape, _ a: BufferSlice, _ b: BufferSlice, epilogue: Epilogue,
    into: BufferSlice
  ) {
    let (m, n, k) = (shape.m, shape.n, shape.k)
    let matrices = shape.sharedB ? 1 : shape.batch
    guard isHealthy, into.count > 0 else { return }
    let panels = packed(
      b, shape, matrices, besides: [a, epilogue.bias, epilogue.residual])
    guard isHealthy else { return }
    // With one B, the batch is a longer list of rows.
    let merges = shape.sharedB && !shape.transposeA
    let rows = merges ? shape.batch * m : m
    let batch = merges ? 1 : shape.batch
    let grid = self.grid(
      rows: rows, columns: n, inner: k, threads: batch >= 3 * cuts ? 1 : nil)
    let source = a.floats
    let output = ElixirOutput(
      into: into.written(), pitch: n, rowsPerSample: 1, epilogue: epilogue)
    threads.parallelFor(batch * grid.count) { item, worker in
      let (matrix, piece) = (item / grid.count, grid[item % grid.count])
      let left = rowsOfA(
        source + matrix * m * k, shape, piece.rows, rows: rows, for: panels, worker: worker)
      multiply(
        ElixirProduct(
          rows: piece.rows.count, columns: piece.columns, a: left.pointer, aPitch: left.pitch,
          aTransposed: left.isTransposed, panels: panels, at: panels[shape.sharedB ? 0 : matrix]),
        by: panels,
        output.part(row: matrix * rows + piece.rows.lowerBound, column: piece.columns.lowerBound))
    }
  }

  /// B as panels; kept if it is one matrix, which usually is a weight, used again in the next step.
  private func packed(
    _ b: BufferSlice, _ shape: MatrixProductShape, _ matrices: Int,
    besides others: [BufferSlice?]
  ) -> PackedPanels {
    if matrices == 1, shape.transposeB,
      let panels = packedInPlace(b, rows: shape.n, besides: others)
    {
      return panels
    }
    guard matrices == 1 else { return pack(b.floats, shape, matrices) }
    let key = MatrixPackingKey(
      offset: b.offset, n: shape.n, k: shape.k, isTransposed: shape.transposeB,
      hasTransposedA: shape.transposeA)
    return b.buffer.derived(key) {
      let panels = pack(b.floats, shape, 1)
      // A linear layer's forward pass; gradients stay as they are.
      return shape.transposeB && !shape.transposeA ? reduced(panels) : panels
    }
  }

  private func pack(
    _ b: UnsafePointer<Float>, _ shape: MatrixProductShape, _ matrices: Int
  ) -> PackedPanels {
    let (n, k) = (shape.n, shape.k)
    let panels = PackedPanels(
      inner: k, columns: n, width: kernels.products.panelWidth, count: matrices, on: self)
    guard isHealthy else { return panels }
    let grain = max(1, Self.grain / max(panels.panelStride, 1))
    threads.parallelRanges(matrices * panels.panels, grain: grain) { range, _ in
      for item in range {
        let (matrix, panel) = (item / panels.panels, item % panels.panels)
        kernels.products.packPanels(
          b + matrix * n * k, shape.transposeB ? 1 : n, shape.transposeB ? k : 1, k, n,
          panels.width, panels.panelStride, panel, panel + 1, panels[matrix])
      }
    }
    return panels
  }

  /// A's rows as the kernel can read them: in place, or copied where they lie badly for the cache
  /// or have to be rounded.
  private func rowsOfA(
    _ a: UnsafePointer<Float>, _ shape: MatrixProductShape, _ range: Range<Int>, rows: Int,
    for panels: PackedPanels, worker: Int
  ) -> (pointer: UnsafePointer<Float>, pitch: Int, isTransposed: Bool) {
    let k = shape.k
    if shape.transposeA {
      if k <= 256 { return (a + range.lowerBound, rows, true) }
    } else if k % 512 != 0 && panels.precision == .float32 {
      return (a + range.lowerBound * k, k, false)
    }
    let pitch = rowPitch(k)
    let copy = threads.scratch(worker, count: pitch * range.count)
    kernels.products.packPanels(
      a + range.lowerBound * (shape.transposeA ? 1 : k), shape.transposeA ? 1 : k,
      shape.transposeA ? rows : 1, range.count, k, pitch, 0, 0, 1, copy)
    round(copy, count: range.count, pitch: pitch, for: panels)
    return (UnsafePointer(copy), pitch, false)
  }
}

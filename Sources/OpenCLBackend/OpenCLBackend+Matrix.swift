import ComputeBackend

extension OpenCLBackend {
  public func matrixProduct(
    _ shape: MatrixProductShape, _ a: BufferSlice, _ b: BufferSlice, epilogue: Epilogue,
    into: BufferSlice
  ) {
    let (m, n, k) = (shape.m, shape.n, shape.k)
    let matricesOfB = shape.sharedB ? 1 : shape.batch
    guard into.count > 0, k > 0 else { return fill(into, with: 0) }

    var source = PanelSource.matrix(
      depth: k, columns: n, rowStride: shape.transposeB ? 1 : n,
      columnStride: shape.transposeB ? k : 1)
    source.batches = matricesOfB
    source.strideOuter = k * n
    // A single B is usually a weight, used again in the next step.
    let panels = pack(source, from: b, keeping: matricesOfB == 1)

    // One B for a batch of untransposed A is one tall product.
    let joins = shape.sharedB && !shape.transposeA
    let rows = joins ? shape.batch * m : m
    var product = Product(
      rows: rows, columns: n,
      row: RowAddress(count2: rows, stride2: shape.transposeA ? 1 : k),
      inner: InnerAddress(runLength: k, runStride: shape.transposeA ? m : 1), resultStride: n)
    product.batches = joins ? 1 : shape.batch
    product.aStrideOuter = m * k
    product.sharedPanels = shape.sharedB
    product.resultStrideOuter = m * n
    multiply(product, a, panels, epilogue: epilogue, into: into)
  }
}

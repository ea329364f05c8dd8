extension ValidatedBackend {
  public func maxPool(
    _ geometry: Pool2DGeometry, _ input: BufferSlice, into: BufferSlice, indices: BufferSlice
  ) {
    check(
      "maxPool", geometry.inputCount <= Int(Int32.max),
      "\(geometry.inputCount) elements are more than an index can name")
    check(
      "maxPool", geometry, ("input", input, geometry.inputCount),
      ("into", into, geometry.outputCount), ("indices", indices, geometry.outputCount))
    base.maxPool(geometry, input, into: into, indices: indices)
  }

  public func scatterAdd(_ source: BufferSlice, indices: BufferSlice, into: BufferSlice) {
    check(
      "scatterAdd", source.count == indices.count,
      "\(source.count) elements, \(indices.count) indices")
    base.scatterAdd(source, indices: indices, into: into)
  }

  public func gather(_ source: BufferSlice, indices: BufferSlice, into: BufferSlice) {
    check("gather", into.count == indices.count, "\(indices.count) indices into \(into.count)")
    base.gather(source, indices: indices, into: into)
  }

  public func averagePool(
    _ input: BufferSlice, shape: [Int], factor: Int, scale: Float, into: BufferSlice
  ) {
    check("averagePool", shape.count == 4 && factor > 0, "shape \(shape), factor \(factor)")
    check(
      "averagePool", "\(shape) by \(factor)", ("input", input, shape.reduce(1, *)),
      ("into", into, shape[0] * (shape[1] / factor) * (shape[2] / factor) * shape[3]))
    base.averagePool(input, shape: shape, factor: factor, scale: scale, into: into)
  }

  public func upsampleNearest(
    _ input: BufferSlice, shape: [Int], factor: Int, scale: Float, into: BufferSlice
  ) {
    check("upsampleNearest", shape.count == 4 && factor > 0, "shape \(shape), factor \(factor)")
    let count = shape.reduce(1, *)
    check(
      "upsampleNearest", "\(shape) by \(factor)", ("input", input, count),
      ("into", into, count * factor * factor))
    base.upsampleNearest(input, shape: shape, factor: factor, scale: scale, into: into)
  }
}

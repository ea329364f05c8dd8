import ComputeBackend

extension Tensor {
  /// Reduces over the axes of `shape` that are not kept, then multiplies by `scale`.
  public func reduced(
    _ operation: ReductionOperation, shape block: BlockShape, keeping axes: BlockAxes,
    scale: Float = 1, resultShape: [Int]
  ) -> Tensor {
    precondition(
      block.count == count && block.count(keeping: axes) == resultShape.elementCount,
      "reduced: shape \(shape) seen as \(block), result \(resultShape)")
    if operation == .sum && block.count(keeping: axes) == count {
      return affine(scale: scale).reshaped(resultShape)
    }
    let output = Tensor.empty(resultShape, on: backend)
    backend.reduce(
      operation, slice, shape: block, keeping: axes, scale: scale, into: output.slice)
    return output.recorded(
      Rule.reduced(
        operation, self, shape: block, axes: axes, scale: scale, resultShape: resultShape))
  }

  /// Broadcasts over the axes of `shape` that it lacks: the transpose of a sum.
  public func expanded(shape block: BlockShape, axes: BlockAxes, resultShape: [Int]) -> Tensor {
    precondition(
      block.count == resultShape.elementCount && block.count(keeping: axes) == count,
      "expanded: shape \(shape) over \(block), result \(resultShape)")
    if block.count == count { return reshaped(resultShape) }
    let output = Tensor.zeros(resultShape, on: backend)
    backend.binary(
      .add, output.slice, slice, shape: block, axesOfB: axes, into: output.slice)
    return output.recorded(Rule.expanded(self, shape: block, axes: axes))
  }

  /// The sum of all elements, `[1]`.
  public func sum() -> Tensor {
    reduced(.sum, shape: BlockShape(inner: count), keeping: [], resultShape: [1])
  }

  /// The mean of all elements, `[1]`.
  public func mean() -> Tensor {
    reduced(
      .sum, shape: BlockShape(inner: count), keeping: [], scale: 1 / Float(count),
      resultShape: [1])
  }

  /// The mean of all squares, `[1]`.
  public func meanOfSquares() -> Tensor {
    reduced(
      .sumOfSquares, shape: BlockShape(inner: count), keeping: [], scale: 1 / Float(count),
      resultShape: [1])
  }

  /// The first greatest element's index along the last axis.
  public func argmax() -> IndexTensor {
    let rows = rowBlock
    let output = IndexTensor.empty(Array(shape.dropLast()), on: backend)
    backend.argmax(slice, rows: rows.outer, columns: rows.inner, into: output.slice)
    return output
  }
}

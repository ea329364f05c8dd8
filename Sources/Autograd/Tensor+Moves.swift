import ComputeBackend

extension Tensor {
  /// The same memory seen in another shape.
  public func reshaped(_ newShape: [Int]) -> Tensor {
    precondition(newShape.elementCount == count, "reshaped: \(shape) to \(newShape)")
    guard newShape != shape else { return self }
    return Tensor(slice: slice, shape: newShape, on: backend).recorded(Rule.reshaped(self))
  }

  /// Transposes: axis `i` of the result is axis `axes[i]`.
  public func permuted(_ axes: [Int]) -> Tensor {
    precondition(
      axes.sorted() == Array(shape.indices), "permuted: axes \(axes) of shape \(shape)")
    guard axes != Array(shape.indices) else { return self }
    let output = Tensor.empty(axes.map { shape[$0] }, on: backend)
    backend.permute(slice, shape: shape, axes: axes, into: output.slice)
    return output.recorded(Rule.permuted(self, axes: axes))
  }

  /// Channels `range` of the last axis.
  public func channels(_ range: Range<Int>) -> Tensor {
    let total = shape.last ?? 0
    precondition(
      range.lowerBound >= 0 && range.upperBound <= total, "channels: \(range) of shape \(shape)")
    guard range.count < total else { return self }
    let output = Tensor.empty(shape.dropLast() + [range.count], on: backend)
    let rows = rowBlock.outer
    backend.copyBlock(
      slice.range(from: range.lowerBound, count: count - range.lowerBound), sourcePitch: total,
      into: output.slice, intoPitch: range.count, rows: rows, columns: range.count)
    return output.recorded(Rule.channels(self, range))
  }

  /// Zeros of `total` channels, with this tensor at `range`: the transpose of `channels`.
  func embeddedChannels(_ range: Range<Int>, of total: Int) -> Tensor {
    let output = Tensor.zeros(shape.dropLast() + [total], on: backend)
    write(toChannelsFrom: range.lowerBound, of: output)
    return output.recorded(Rule.embeddedChannels(self, range))
  }

  /// Copies to channels of `output` that start at `first`.
  fileprivate func write(toChannelsFrom first: Int, of output: Tensor) {
    let channels = shape.last ?? 0
    backend.copyBlock(
      slice, sourcePitch: channels,
      into: output.slice.range(from: first, count: output.count - first),
      intoPitch: output.shape.last ?? 0, rows: rowBlock.outer, columns: channels)
  }

  /// Rows `range` of the first axis, in the same memory.
  public func rows(_ range: Range<Int>) -> Tensor {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= shape[0], "rows: \(range) of shape \(shape)")
    guard range.count < shape[0] else { return self }
    let columns = count / shape[0]
    return Tensor(
      slice: slice.range(from: range.lowerBound * columns, count: range.count * columns),
      shape: [range.count] + shape.dropFirst(), on: backend
    ).recorded(Rule.rows(self, range))
  }

  /// Zeros of `total` rows, with this tensor at `range`: the transpose of `rows`.
  func embeddedRows(_ range: Range<Int>, of total: Int) -> Tensor {
    let output = Tensor.zeros([total] + shape.dropFirst(), on: backend)
    let columns = shape.dropFirst().reduce(1, *)
    backend.copy(slice, into: output.slice.range(from: range.lowerBound * columns, count: count))
    return output.recorded(Rule.embeddedRows(self, range))
  }

  /// Row `i` of the result is row `indices[i]` of the first axis.
  public func gatheredRows(_ indices: IndexTensor) -> Tensor {
    let columns = shape.dropFirst().reduce(1, *)
    let output = Tensor.empty(indices.shape + shape.dropFirst(), on: backend)
    backend.gatherRows(slice, indices: indices.slice, columns: columns, into: output.slice)
    return output.recorded(Rule.gatheredRows(self, indices))
  }

  /// Zeros of `shape`, to which row `i` is added at row `indices[i]`: the transpose of a gather.
  func scatteredRows(_ indices: IndexTensor, shape resultShape: [Int]) -> Tensor {
    let output = Tensor.zeros(resultShape, on: backend)
    backend.scatterAddRows(
      slice, indices: indices.slice, columns: resultShape.dropFirst().reduce(1, *),
      into: output.slice)
    return output.recorded(Rule.scatteredRows(self, indices))
  }

  /// Element `i` of the result is element `indices[i]` of all.
  func gathered(_ indices: IndexTensor) -> Tensor {
    let output = Tensor.empty(indices.shape, on: backend)
    backend.gather(slice, indices: indices.slice, into: output.slice)
    return output.recorded(Rule.gathered(self, indices))
  }

  /// Zeros of `shape`, to which element `i` is added at `indices[i]`: the transpose of `gathered`.
  func scattered(_ indices: IndexTensor, shape resultShape: [Int]) -> Tensor {
    let output = Tensor.empty(resultShape, on: backend)
    backend.scatterAdd(slice, indices: indices.slice, into: output.slice)
    return output.recorded(Rule.scattered(self, indices))
  }
}

/// Joins tensors along their last axis, the only `axis` there is.
public func concatenate(_ tensors: [Tensor], axis: Int = -1) -> Tensor {
  guard let first = tensors.first else { preconditionFailure("concatenate: no tensors") }
  precondition(
    axis == -1 && tensors.allSatisfy { $0.shape.dropLast() == first.shape.dropLast() },
    "concatenate: shapes \(tensors.map(\.shape)) along axis \(axis)")
  let channels = tensors.reduce(0) { $0 + ($1.shape.last ?? 0) }
  let output = Tensor.empty(first.shape.dropLast() + [channels], on: first.backend)
  var start = 0
  for tensor in tensors {
    tensor.write(toChannelsFrom: start, of: output)
    start += tensor.shape.last ?? 0
  }
  return output.recorded(Rule.concatenated(tensors))
}

/// Joins tensors along their first axis.
public func concatenateRows(_ tensors: [Tensor]) -> Tensor {
  guard let first = tensors.first else { preconditionFailure("concatenateRows: no tensors") }
  precondition(
    tensors.allSatisfy { $0.shape.dropFirst() == first.shape.dropFirst() },
    "concatenateRows: shapes \(tensors.map(\.shape))")
  let rows = tensors.reduce(0) { $0 + $1.shape[0] }
  let output = Tensor.empty([rows] + first.shape.dropFirst(), on: first.backend)
  var start = 0
  for tensor in tensors {
    first.backend.copy(tensor.slice, into: output.slice.range(from: start, count: tensor.count))
    start += tensor.count
  }
  return output.recorded(Rule.concatenatedRows(tensors))
}

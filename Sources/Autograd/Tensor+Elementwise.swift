import ComputeBackend

extension Tensor {
  /// f of every element.
  public func applying(_ operation: UnaryOperation) -> Tensor {
    let output = Tensor.empty(shape, on: backend)
    backend.unary(operation, slice, into: output.slice)
    return output.recorded(Rule.unary(operation, self, output: output))
  }

  public func exp() -> Tensor { applying(UnaryOperation(.exp)) }
  public func log() -> Tensor { applying(UnaryOperation(.log)) }
  public func squareRoot() -> Tensor { applying(UnaryOperation(.squareRoot)) }
  public func reciprocalSquareRoot() -> Tensor { applying(UnaryOperation(.reciprocalSquareRoot)) }
  public func reciprocal() -> Tensor { applying(UnaryOperation(.reciprocal)) }
  public func square() -> Tensor { applying(UnaryOperation(.square)) }
  public func absolute() -> Tensor { applying(UnaryOperation(.absolute)) }
  /// −1, 0 or 1; no gradient.
  public func sign() -> Tensor { applying(UnaryOperation(.sign)) }
  public func sine() -> Tensor { applying(UnaryOperation(.sine)) }
  public func cosine() -> Tensor { applying(UnaryOperation(.cosine)) }
  public func tanh() -> Tensor { applying(UnaryOperation(.tanh)) }
  public func sigmoid() -> Tensor { applying(UnaryOperation(.sigmoid)) }
  public func relu() -> Tensor { applying(UnaryOperation(.relu)) }
  /// x > 0 ? x : slope·x.
  public func leakyReLU(_ slope: Float) -> Tensor {
    applying(UnaryOperation(.leakyReLU, a: slope))
  }
  /// x·sigmoid(x).
  public func silu() -> Tensor { applying(UnaryOperation(.silu)) }
  /// x·Φ(x), exact.
  public func gelu() -> Tensor { applying(UnaryOperation(.gelu)) }
  /// log(1 + eˣ).
  public func softplus() -> Tensor { applying(UnaryOperation(.softplus)) }
  /// min(max(x, lower), upper).
  public func clamped(_ lower: Float, _ upper: Float) -> Tensor {
    applying(UnaryOperation(.clamp, a: lower, b: upper))
  }
  /// min(max(x, lower), upper), element by element.
  public func limited(_ lower: Tensor, _ upper: Tensor) -> Tensor {
    combined(.maximum, lower).combined(.minimum, upper)
  }
  /// The byte 0…255 of a value in [−1, 1], as a float; no gradient.
  public func quantizedToByte() -> Tensor { applying(UnaryOperation(.quantizeToByte)) }

  public func activated(_ activation: Activation) -> Tensor {
    activation == .identity ? self : applying(activation.unary)
  }

  /// scale·x + offset.
  public func affine(scale: Float, offset: Float = 0) -> Tensor {
    scale == 1 && offset == 0 ? self : applying(.affine(scale: scale, offset: offset))
  }

  /// op(x, b) with `b` broadcast over the axes of `shape` that it lacks; the result has x's shape.
  public func combined(
    _ operation: BinaryOperation, _ b: Tensor, shape block: BlockShape, axes: BlockAxes
  ) -> Tensor {
    precondition(
      block.count == count && block.count(keeping: axes) == b.count,
      "combined(\(operation)): shapes \(shape) and \(b.shape) seen as \(block)")
    let output = Tensor.empty(shape, on: backend)
    backend.binary(operation, slice, b.slice, shape: block, axesOfB: axes, into: output.slice)
    return output.recorded(Rule.binary(operation, self, b, shape: block, axes: axes))
  }

  /// x + b, `b` having only the axes `axes` of `block`: `[C]` for `.inner`, `[N]` for `.outer`.
  public func adding(_ b: Tensor, over axes: BlockAxes) -> Tensor {
    combined(.add, b, shape: block, axes: axes)
  }

  /// x − b, with axes as for `adding`.
  public func subtracting(_ b: Tensor, over axes: BlockAxes) -> Tensor {
    combined(.subtract, b, shape: block, axes: axes)
  }

  /// x·b, with axes as for `adding`.
  public func multiplying(_ b: Tensor, over axes: BlockAxes) -> Tensor {
    combined(.multiply, b, shape: block, axes: axes)
  }

  /// x / b, with axes as for `adding`.
  public func dividing(_ b: Tensor, over axes: BlockAxes) -> Tensor {
    combined(.divide, b, shape: block, axes: axes)
  }

  private func combined(_ operation: BinaryOperation, _ b: Tensor) -> Tensor {
    precondition(shape == b.shape, "\(operation): shapes \(shape) and \(b.shape) differ")
    return combined(operation, b, shape: BlockShape(inner: count), axes: .all)
  }

  public static func + (a: Tensor, b: Tensor) -> Tensor { a.combined(.add, b) }
  public static func - (a: Tensor, b: Tensor) -> Tensor { a.combined(.subtract, b) }
  public static func * (a: Tensor, b: Tensor) -> Tensor { a.combined(.multiply, b) }
  public static func / (a: Tensor, b: Tensor) -> Tensor { a.combined(.divide, b) }
  public static func + (a: Tensor, b: Float) -> Tensor { a.affine(scale: 1, offset: b) }
  public static func - (a: Tensor, b: Float) -> Tensor { a.affine(scale: 1, offset: -b) }
  public static func * (a: Tensor, b: Float) -> Tensor { a.affine(scale: b) }
  public static func / (a: Tensor, b: Float) -> Tensor { a.affine(scale: 1 / b) }
  public static func + (a: Float, b: Tensor) -> Tensor { b + a }
  public static func - (a: Float, b: Tensor) -> Tensor { b.affine(scale: -1, offset: a) }
  public static func * (a: Float, b: Tensor) -> Tensor { b * a }
  public static func / (a: Float, b: Tensor) -> Tensor { b.reciprocal() * a }
  public static prefix func - (a: Tensor) -> Tensor { a * -1 }
}

/// upstream·f′(x), itself differentiable.
func unaryGradient(_ operation: UnaryOperation, _ x: Tensor, upstream: Tensor) -> Tensor {
  let output = Tensor.empty(x.shape, on: x.backend)
  x.backend.unaryGradient(operation, x.slice, upstream: upstream.slice, into: output.slice)
  return output.recorded(Rule.unaryGradient(operation, x, upstream: upstream))
}

/// Σ coefficient·tensor over tensors of one shape.
public func affineSum(_ terms: [(Float, Tensor)]) -> Tensor {
  guard let first = terms.first?.1 else { preconditionFailure("affineSum: no terms") }
  for (_, tensor) in terms {
    precondition(
      tensor.shape == first.shape, "affineSum: shapes \(first.shape) and \(tensor.shape) differ")
  }
  // The backend takes four terms at a time.
  let output = Tensor.empty(first.shape, on: first.backend)
  var remaining = terms.map { (coefficient: $0.0, slice: $0.1.slice) }[...]
  var batch = Array(remaining.prefix(4))
  remaining = remaining.dropFirst(4)
  first.backend.affineSum(batch, into: output.slice)
  while !remaining.isEmpty {
    batch = [(coefficient: 1, slice: output.slice)]
    batch += remaining.prefix(3)
    remaining = remaining.dropFirst(3)
    first.backend.affineSum(batch, into: output.slice)
  }
  return output.recorded(Rule.affineSum(terms))
}

/// y[r, …] = Σₖ coefficients[k, r]·termₖ[r, …], rows along the first axis.
///
/// No gradient flows to the coefficients `[terms, rows]`.
public func rowAffineSum(_ terms: [Tensor], coefficients: Tensor) -> Tensor {
  guard let first = terms.first, let rows = first.shape.first else {
    preconditionFailure("rowAffineSum: no terms with rows")
  }
  precondition(
    coefficients.shape == [terms.count, rows] && terms.allSatisfy { $0.shape == first.shape },
    "rowAffineSum: terms \(terms.map(\.shape)), coefficients \(coefficients.shape)")
  let output = Tensor.empty(first.shape, on: first.backend)
  first.backend.rowAffineSum(
    terms.map(\.slice), coefficients: coefficients.slice, rows: rows, into: output.slice)
  return output.recorded(
    Rule.rowAffineSum(terms, coefficients: coefficients.detached(), rows: rows))
}

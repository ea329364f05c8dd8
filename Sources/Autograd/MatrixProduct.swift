import ComputeBackend

/// op(a)·op(b): `[…, m, k]·[k, n]` with one b for all, or `[…, m, k]·[…, k, n]` in batches.
///
/// Transposed operands are stored `[…, k, m]` and `[…, n, k]`. A transposed `a` with leading axes
/// needs a `b` with the same.
public func matrixProduct(
  _ a: Tensor, _ b: Tensor, transposeA: Bool = false, transposeB: Bool = false
) -> Tensor {
  precondition(
    a.shape.count >= 2 && b.shape.count >= 2, "matrixProduct: shapes \(a.shape), \(b.shape)")
  if b.shape.count == 2 && a.shape.count > 2 {
    precondition(!transposeA, "matrixProduct: transposed \(a.shape) with one \(b.shape) for all")
    let columns = a.shape[a.shape.count - 1]
    let flat = matrixProduct(
      a.reshaped([a.count / columns, columns]), b, transposeB: transposeB)
    return flat.reshaped(a.shape.dropLast() + [flat.shape[1]])
  }
  let leading = Array(a.shape.dropLast(2))
  let sizesOfA = a.shape.suffix(2).map { $0 }
  let sizesOfB = b.shape.suffix(2).map { $0 }
  let (m, k) = transposeA ? (sizesOfA[1], sizesOfA[0]) : (sizesOfA[0], sizesOfA[1])
  let (kOfB, n) = transposeB ? (sizesOfB[1], sizesOfB[0]) : (sizesOfB[0], sizesOfB[1])
  precondition(
    k == kOfB && leading == Array(b.shape.dropLast(2)),
    "matrixProduct: shapes \(a.shape), \(b.shape), transposed \(transposeA), \(transposeB)")
  let output = Tensor.empty(leading + [m, n], on: a.backend)
  let shape = MatrixProductShape(
    batch: leading.elementCount, m: m, n: n, k: k, transposeA: transposeA, transposeB: transposeB)
  a.backend.matrixProduct(shape, a.slice, b.slice, epilogue: Epilogue(), into: output.slice)
  return output.recorded(
    Rule.matrixProduct(a, b, transposeA: transposeA, transposeB: transposeB))
}

/// activation(x·weightᵀ + bias + residual): `[…, I]` to `[…, O]`.
///
/// - Parameters:
///   - weight: `[O, I]`.
///   - bias: `[O]`.
///   - residual: the output's shape `[…, O]`.
public func linear(
  _ x: Tensor, weight: Tensor, bias: Tensor? = nil, residual: Tensor? = nil,
  activation: Activation = .identity
) -> Tensor {
  let shape = x.shape.dropLast() + weight.shape.prefix(1)
  precondition(
    weight.shape.count == 2 && x.shape.last == weight.shape[1]
      && (bias.map { $0.shape == [weight.shape[0]] } ?? true)
      && (residual.map { $0.shape == Array(shape) } ?? true),
    """
    linear: x \(x.shape), weight \(weight.shape), bias \(bias?.shape ?? []), residual \
    \(residual?.shape ?? [])
    """)
  let (outputs, inputs) = (weight.shape[0], weight.shape[1])
  let rows = x.count / inputs
  let flat = x.reshaped([rows, inputs])
  let flatResidual = residual?.reshaped([rows, outputs])
  var terms = Rule.matrixProduct(flat, weight, transposeA: false, transposeB: true)
  terms.append((bias, { $0.summedToChannels() }))
  terms.append((flatResidual, { $0 }))
  let output = fusing(activation, terms) { activation in
    let output = Tensor.empty([rows, outputs], on: x.backend)
    let epilogue = Epilogue(
      bias: bias?.slice, residual: residual?.slice, activation: activation)
    x.backend.matrixProduct(
      MatrixProductShape(m: rows, n: outputs, k: inputs, transposeB: true), flat.slice,
      weight.slice, epilogue: epilogue, into: output.slice)
    return output
  }
  return output.reshaped(Array(shape))
}

extension Tensor {
  /// Sums over all axes but the last: the gradient of a bias.
  func summedToChannels() -> Tensor {
    reduced(.sum, shape: rowBlock, keeping: .inner, resultShape: [rowBlock.inner])
  }
}

import ComputeBackend

/// The derivative of every elementary function, in functions that have one themselves.
///
/// A rule lists the inputs, each with the gradient for it as a function of the output's gradient g.
/// Broadcasting and reduction are each other's transposes, and so are gathering and scattering,
/// concatenating and slicing. The triad of convolutions is closed, and so is the matrix product.
enum Rule {
  // MARK: Elementwise

  /// y = f(x): g·f′(x).
  static func unary(_ f: UnaryOperation, _ x: Tensor, output: Tensor) -> [Term] {
    switch f.code {
    case .sign, .step, .quantizeToByte: return []
    case .affine: return [(x, { $0 * f.a })]
    case .relu: return [(x, { Autograd.unaryGradient(f, output, upstream: $0) })]
    default: return [(x, { Autograd.unaryGradient(f, x, upstream: $0) })]
    }
  }

  /// y = u·f′(x): g·f′(x), and g·u·f″(x).
  static func unaryGradient(_ f: UnaryOperation, _ x: Tensor, upstream u: Tensor) -> [Term] {
    let first: Term = (u, { Autograd.unaryGradient(f, x, upstream: $0) })
    guard let second = f.secondDerivative else { return [first] }
    return [first, (x, { $0 * u * second(x) })]
  }

  /// y = a ∘ b, b broadcast.
  static func binary(
    _ operation: BinaryOperation, _ a: Tensor, _ b: Tensor, shape: BlockShape, axes: BlockAxes
  ) -> [Term] {
    let shapeOfB = b.shape
    func broadcast(_ x: Tensor, _ operation: BinaryOperation) -> Tensor {
      x.combined(operation, b, shape: shape, axes: axes)
    }
    func reduce(_ x: Tensor, scale: Float = 1) -> Tensor {
      x.reduced(.sum, shape: shape, keeping: axes, scale: scale, resultShape: shapeOfB)
    }
    func isGreater() -> Tensor { broadcast(a, .greater) }
    switch operation {
    case .add: return [(a, { $0 }), (b, { reduce($0) })]
    case .subtract: return [(a, { $0 }), (b, { reduce($0, scale: -1) })]
    case .multiply: return [(a, { broadcast($0, .multiply) }), (b, { reduce($0 * a) })]
    case .divide:
      return [
        (a, { broadcast($0, .divide) }),
        (b, { reduce(broadcast($0 * a, .divide), scale: -1) / b }),
      ]
    case .maximum:
      return [(a, { $0 * isGreater() }), (b, { reduce($0 * (1 - isGreater())) })]
    case .minimum:
      return [(a, { $0 * (1 - isGreater()) }), (b, { reduce($0 * isGreater()) })]
    case .greater: return []
    }
  }

  /// y = Σ c·x: c·g.
  static func affineSum(_ terms: [(Float, Tensor)]) -> [Term] {
    terms.map { coefficient, x in (x, { $0 * coefficient }) }
  }

  /// y[r] = Σₖ cₖ[r]·xₖ[r]: cₖ[r]·g[r].
  static func rowAffineSum(_ terms: [Tensor], coefficients: Tensor, rows: Int) -> [Term] {
    terms.enumerated().map { index, x in
      (
        x,
        { g in
          g.combined(
            .multiply, coefficients.rows(index..<index + 1),
            shape: BlockShape(outer: rows, inner: g.count / rows), axes: .outer)
        }
      )
    }
  }

  // MARK: Reductions and moves

  /// y = c·Σ x: c·g broadcast; c·Σ x²: 2c·x·g; the maximum: g to the greatest, shared if many.
  static func reduced(
    _ operation: ReductionOperation, _ x: Tensor, shape: BlockShape, axes: BlockAxes,
    scale: Float, resultShape reducedShape: [Int]
  ) -> [Term] {
    let full = x.shape
    switch operation {
    case .sum:
      return [(x, { ($0 * scale).expanded(shape: shape, axes: axes, resultShape: full) })]
    case .sumOfSquares:
      return [(x, { x.combined(.multiply, $0 * (2 * scale), shape: shape, axes: axes) })]
    case .maximum:
      return [
        (
          x,
          { g in
            let greatest = x.reduced(
              .maximum, shape: shape, keeping: axes, resultShape: reducedShape)
            let isGreatest =
              x.combined(.subtract, greatest, shape: shape, axes: axes).sign() + 1
            let ties = isGreatest.reduced(
              .sum, shape: shape, keeping: axes, resultShape: reducedShape)
            return isGreatest.combined(.multiply, g * scale / ties, shape: shape, axes: axes)
          }
        )
      ]
    }
  }

  /// y = x broadcast: Σ g.
  static func expanded(_ x: Tensor, shape: BlockShape, axes: BlockAxes) -> [Term] {
    let reducedShape = x.shape
    return [
      (x, { $0.reduced(.sum, shape: shape, keeping: axes, resultShape: reducedShape) })
    ]
  }

  static func reshaped(_ x: Tensor) -> [Term] {
    let shape = x.shape
    return [(x, { $0.reshaped(shape) })]
  }

  /// y = x with its axes reordered: the inverse order.
  static func permuted(_ x: Tensor, axes: [Int]) -> [Term] {
    let inverse = axes.indices.sorted { axes[$0] < axes[$1] }
    return [(x, { $0.permuted(inverse) })]
  }

  static func concatenated(_ parts: [Tensor]) -> [Term] {
    var end = 0
    return parts.map { part in
      let range = end..<end + (part.shape.last ?? 0)
      end = range.upperBound
      return (part, { $0.channels(range) })
    }
  }

  static func channels(_ x: Tensor, _ range: Range<Int>) -> [Term] {
    let total = x.shape.last ?? 0
    return [(x, { $0.embeddedChannels(range, of: total) })]
  }

  static func embeddedChannels(_ x: Tensor, _ range: Range<Int>) -> [Term] {
    [(x, { $0.channels(range) })]
  }

  static func concatenatedRows(_ parts: [Tensor]) -> [Term] {
    var end = 0
    return parts.map { part in
      let range = end..<end + part.shape[0]
      end = range.upperBound
      return (part, { $0.rows(range) })
    }
  }

  static func rows(_ x: Tensor, _ range: Range<Int>) -> [Term] {
    let total = x.shape[0]
    return [(x, { $0.embeddedRows(range, of: total) })]
  }

  static func embeddedRows(_ x: Tensor, _ range: Range<Int>) -> [Term] {
    [(x, { $0.rows(range) })]
  }

  static func gatheredRows(_ x: Tensor, _ indices: IndexTensor) -> [Term] {
    let shape = x.shape
    return [(x, { $0.scatteredRows(indices, shape: shape) })]
  }

  static func scatteredRows(_ x: Tensor, _ indices: IndexTensor) -> [Term] {
    let shape = x.shape
    return [(x, { $0.gatheredRows(indices).reshaped(shape) })]
  }

  static func gathered(_ x: Tensor, _ indices: IndexTensor) -> [Term] {
    let shape = x.shape
    return [(x, { $0.scattered(indices, shape: shape) })]
  }

  static func scattered(_ x: Tensor, _ indices: IndexTensor) -> [Term] {
    [(x, { $0.gathered(indices) })]
  }

  // MARK: Pooling

  /// y = c·mean over f×f: (c/f²)·g repeated.
  static func averagePooled(_ x: Tensor, factor: Int, scale: Float) -> [Term] {
    let area = Float(factor * factor)
    return [(x, { upsampleNearest($0, factor: factor, scale: scale / area) })]
  }

  /// y = c·x repeated f×f times: c·Σ g = (c·f²)·mean g.
  static func upsampled(_ x: Tensor, factor: Int, scale: Float) -> [Term] {
    let area = Float(factor * factor)
    return [(x, { averagePool($0, factor: factor, scale: scale * area) })]
  }

  // MARK: Products

  /// C = A·B: G·Bᵀ and Aᵀ·G; with transposed operands the transposes of these.
  static func matrixProduct(
    _ a: Tensor, _ b: Tensor, transposeA: Bool, transposeB: Bool
  ) -> [Term] {
    func product(_ a: Tensor, _ b: Tensor, _ transposeA: Bool, _ transposeB: Bool) -> Tensor {
      Autograd.matrixProduct(a, b, transposeA: transposeA, transposeB: transposeB)
    }
    return [
      (a, { transposeA ? product(b, $0, transposeB, true) : product($0, b, false, !transposeB) }),
      (b, { transposeB ? product($0, a, true, transposeA) : product(a, $0, !transposeA, false) }),
    ]
  }

  /// y = x ⋆ w.
  static func convolution(_ geometry: Conv2DGeometry, _ x: Tensor, _ w: Tensor) -> [Term] {
    [
      (x, { convolveInputGradient(geometry, outputGradient: $0, weight: w) }),
      (w, { convolveWeightGradient(geometry, input: x, outputGradient: $0) }),
    ]
  }

  /// y = ∂(x ⋆ w)/∂x applied to u: linear in u and w.
  static func convolutionInputGradient(
    _ geometry: Conv2DGeometry, outputGradient u: Tensor, weight w: Tensor
  ) -> [Term] {
    [
      (u, { convolve(geometry, $0, w) }),
      (w, { convolveWeightGradient(geometry, input: $0, outputGradient: u) }),
    ]
  }

  /// y = ∂(x ⋆ w)/∂w applied to u: linear in x and u.
  static func convolutionWeightGradient(
    _ geometry: Conv2DGeometry, input x: Tensor, outputGradient u: Tensor
  ) -> [Term] {
    [
      (x, { convolveInputGradient(geometry, outputGradient: u, weight: $0) }),
      (u, { convolve(geometry, x, $0) }),
    ]
  }

  /// y[o, m, i] = x·scale[i] + shift[i], or `[o, i]` per sample.
  static func modulate(
    _ x: Tensor, scale: Tensor, shift: Tensor, shape: BlockShape, axes: BlockAxes
  ) -> [Term] {
    func reduce(_ g: Tensor, _ resultShape: [Int]) -> Tensor {
      g.reduced(.sum, shape: shape, keeping: axes, resultShape: resultShape)
    }
    let (scaleShape, shiftShape) = (scale.shape, shift.shape)
    return [
      (x, { $0.combined(.multiply, scale, shape: shape, axes: axes) }),
      (scale, { reduce($0 * x, scaleShape) }),
      (shift, { reduce($0, shiftShape) }),
    ]
  }
}

extension UnaryOperation {
  /// f″ as a differentiable function, or `nil` where it is zero almost everywhere.
  var secondDerivative: ((Tensor) -> Tensor)? {
    switch code {
    case .affine, .absolute, .sign, .relu, .leakyReLU, .clamp, .step, .quantizeToByte: nil
    case .exp: { $0.exp() }
    case .log: { -$0.reciprocal().square() }
    case .squareRoot:
      { x in
        let r = x.reciprocalSquareRoot()
        return -0.25 * (r * r.square())
      }
    case .reciprocalSquareRoot:
      { x in
        let r = x.reciprocalSquareRoot()
        return 0.75 * (r * r.square().square())
      }
    case .reciprocal:
      { x in
        let r = x.reciprocal()
        return 2 * (r * r.square())
      }
    case .square: { .full(2, $0.shape, on: $0.backend) }
    case .sine: { -$0.sine() }
    case .cosine: { -$0.cosine() }
    case .tanh:
      { x in
        let y = x.tanh()
        return -2 * y * (1 - y.square())
      }
    case .sigmoid:
      { x in
        let s = x.sigmoid()
        return s * (1 - s) * (1 - 2 * s)
      }
    case .silu:
      { x in
        let s = x.sigmoid()
        return s * (1 - s) * (x * (1 - 2 * s) + 2)
      }
    case .gelu:
      // φ(x)·(2 − x²), φ the standard normal density.
      { x in (x.square() * -0.5).exp() * 0.398_942_280_4 * (2 - x.square()) }
    case .softplus:
      { x in
        let s = x.sigmoid()
        return s * (1 - s)
      }
    }
  }
}

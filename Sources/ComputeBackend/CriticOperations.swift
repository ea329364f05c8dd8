/// The non-linearity σ of a critic h(v) = w·σ(V·v + b).
public enum CriticActivation: String, Sendable, CaseIterable, Codable {
  case relu
  /// x > 0 ? x : 0.2·x
  case leakyReLU
  case softplus

  /// σ as an elementwise operation, whose numbers kernels share.
  public var unary: UnaryOperation {
    switch self {
    case .relu: UnaryOperation(.relu)
    case .leakyReLU: UnaryOperation(.leakyReLU, a: 0.2)
    case .softplus: UnaryOperation(.softplus)
    }
  }

  /// Whether σ′ has two values, one for x > 0, and σ″ is 0.
  public var isPiecewiseLinear: Bool { self != .softplus }
}

/// A batch of a critic's training: `pairs` m, `features` d, hidden `units` H.
public struct CriticShape: Hashable, Sendable {
  public var pairs: Int
  public var features: Int
  public var units: Int

  public init(pairs: Int, features: Int, units: Int) {
    precondition(
      pairs > 0 && features > 0 && units > 0,
      "CriticShape: \(pairs) pairs, \(features) features, \(units) units")
    self.pairs = pairs
    self.features = features
    self.units = units
  }
}

/// Of a critic h(v) = w·σ(V·v + b): the weights that its slope depends on, or their gradients.
public struct CriticWeights: Sendable {
  /// V, `[H, d]`.
  public var hidden: BufferSlice
  /// b, `[H]`.
  public var bias: BufferSlice
  /// w, `[H]`.
  public var output: BufferSlice

  public init(hidden: BufferSlice, bias: BufferSlice, output: BufferSlice) {
    self.hidden = hidden
    self.bias = bias
    self.output = output
  }
}

/// What the gradient of a critic with a penalty on its slope needs beside matrix products.
///
/// z is V·x + b of both halves of a batch, `[2, m, H]`; z̄ = ηz[0] + (1 − η)z[1], with one share η
/// a pair, is that of the mixed samples, because V·x + b is affine.
public protocol CriticOperations {
  /// `into` = S·x `[m, n]` for x `[k, n]` and S[r, k] = σ′(op(z)[r, k])·`factors[k]`, where op(z)
  /// is `[m, k]` as `shape` says, for a batch of one.
  func slopeProduct(
    _ activation: CriticActivation, _ z: BufferSlice, factors: BufferSlice?, _ x: BufferSlice,
    shape: MatrixProductShape, into: BufferSlice)
  /// `into[r, c]` = σ′(z[r, c]), times `factors[r]` if `perRow`, else times `factors[c]`.
  func scaledSlopes(
    _ activation: CriticActivation, _ z: BufferSlice, rows: Int, columns: Int,
    factors: BufferSlice?, perRow: Bool, into: BufferSlice)
  /// From slopes g `[m, d]` with norms n: `penalties[j]` = (n − 1)² and `into[j, :]` =
  /// scale·(1 − 1/n)·g, zero where n = 0. `into` may be `slopes`.
  func penaltyDirections(
    _ slopes: BufferSlice, scale: Float, shape: CriticShape, into: BufferSlice,
    penalties: BufferSlice)
  /// From t `[m, H]`, the penalty's derivative by w·σ′(z̄), with q = σ″(z̄)·t and c =
  /// `transportWeight` / m:
  /// - u = c·σ′(z[0]) + η·q and (1 − η)·q − c·σ′(z[1]), which times w is z's gradient, replaces z;
  /// - `bias` `[H]` is w times the sum of all rows of u;
  /// - `outputGradient[i]` = Σ c·(σ(z[0]) − σ(z[1])) over pairs, without the penalty's part;
  /// - `transport` `[1]` = Σ w·(σ(z[0]) − σ(z[1])) / m over pairs and units.
  ///
  /// Without t, q is 0, as for piecewise linear σ, and z remains.
  func criticFactors(
    _ activation: CriticActivation, z: BufferSlice, shares: BufferSlice, output: BufferSlice,
    penaltySlopes t: BufferSlice?, transportWeight: Float, shape: CriticShape, bias: BufferSlice,
    outputGradient: BufferSlice, transport: BufferSlice)
  /// From sums over samples, P and what `gradients.hidden` holds, `[H, d]`: `gradients.hidden[i]` ←
  /// w[i]·(`gradients.hidden[i]` + P[i]) and `gradients.output[i]` += V[i]·P[i].
  func criticWeightGradients(
    _ weights: CriticWeights, throughSlopes: BufferSlice, shape: CriticShape,
    gradients: CriticWeights)
}

extension CriticOperations where Self: ComputeBackend {
  public func slopeProduct(
    _ activation: CriticActivation, _ z: BufferSlice, factors: BufferSlice?, _ x: BufferSlice,
    shape: MatrixProductShape, into: BufferSlice
  ) {
    denseSlopeProduct(activation, z, factors: factors, x, shape: shape, into: into)
  }

  /// `slopeProduct` as a product of matrices.
  package func denseSlopeProduct(
    _ activation: CriticActivation, _ z: BufferSlice, factors: BufferSlice?, _ x: BufferSlice,
    shape: MatrixProductShape, into: BufferSlice
  ) {
    let (rows, columns) = shape.transposeA ? (shape.k, shape.m) : (shape.m, shape.k)
    let slopes = makeBuffer(count: z.count)[z.count]
    scaledSlopes(
      activation, z, rows: rows, columns: columns, factors: factors, perRow: shape.transposeA,
      into: slopes)
    matrixProduct(shape, slopes, x, epilogue: Epilogue(), into: into)
  }
}

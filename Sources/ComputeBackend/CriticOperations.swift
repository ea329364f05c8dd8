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

/// The passes between the matrix products of `criticGradient`.
///
/// z is V·x + b of both halves of a batch, `[2, m, H]`; z̄ = ηz[0] + (1 − η)z[1], with one share η
/// a pair, is that of the mixed samples, because V·x + b is affine.
public protocol CriticOperations {
  /// `into[j, i]` = w[i]·σ′(z̄[j, i]), `[m, H]`.
  func mixedSlopes(
    _ activation: CriticActivation, _ z: BufferSlice, shares: BufferSlice, output: BufferSlice,
    shape: CriticShape, into: BufferSlice)
  /// From slopes g `[m, d]` with norms n: `penalties[j]` = (n − 1)² and `into[j, :]` =
  /// scale·(1 − 1/n)·g, zero where n = 0. `into` may be `slopes`.
  func penaltyDirections(
    _ slopes: BufferSlice, scale: Float, shape: CriticShape, into: BufferSlice,
    penalties: BufferSlice)
  /// From t `[m, H]`, the penalty's derivative by w·σ′(z̄), with q = w·σ″(z̄)·t and c =
  /// `transportWeight` / m:
  /// - z becomes its own gradient: c·w·σ′(z[0]) + η·q, and (1 − η)·q − c·w·σ′(z[1]);
  /// - `bias` `[H]` is the sum of all its rows;
  /// - `outputGradient[i]` = Σ c·(σ(z[0]) − σ(z[1])) + σ′(z̄)·t over pairs;
  /// - `transport` `[1]` = Σ w·(σ(z[0]) − σ(z[1])) / m over pairs and units.
  func criticFactors(
    _ activation: CriticActivation, z: BufferSlice, shares: BufferSlice, output: BufferSlice,
    penaltySlopes t: BufferSlice, transportWeight: Float, shape: CriticShape, bias: BufferSlice,
    outputGradient: BufferSlice, transport: BufferSlice)
}

extension ComputeBackend {
  /// The exact gradient of transportWeight·ℓ + penaltyWeight·r for a critic h (Mendata, Algorithm 1).
  ///
  /// ℓ = mean h(purified) − mean h(reference), and r = mean (‖∇h(v)‖ − 1)² at v = η·purified +
  /// (1 − η)·reference. A pair with ‖∇h(v)‖ = 0 adds nothing to the gradient of r.
  ///
  /// Five products, and one pass each for the slope at v, its norm and the gradients: v itself is
  /// never formed, nor is a graph.
  /// - Parameters:
  ///   - pairs: `[2, m, d]`, the purified samples and the reference samples.
  ///   - shares: η, `[m]`.
  ///   - gradients: written, not added to.
  ///   - values: `[2]`, receives ℓ and r.
  public func criticGradient(
    _ activation: CriticActivation, _ weights: CriticWeights, pairs: BufferSlice,
    shares: BufferSlice, transportWeight: Float, penaltyWeight: Float, shape: CriticShape,
    gradients: CriticWeights, values: BufferSlice
  ) {
    let (m, d, h) = (shape.pairs, shape.features, shape.units)
    precondition(
      pairs.count == 2 * m * d && shares.count == m && values.count == 2
        && [weights, gradients].allSatisfy {
          $0.hidden.count == h * d && $0.bias.count == h && $0.output.count == h
        },
      "criticGradient: \(pairs.count) features, \(shares.count) shares as \(shape)")
    func temporary(_ count: Int) -> BufferSlice { makeBuffer(count: count)[count] }
    let z = temporary(2 * m * h)
    matrixProduct(
      MatrixProductShape(m: 2 * m, n: h, k: d, transposeB: true), pairs, weights.hidden,
      epilogue: Epilogue(bias: weights.bias), into: z)
    let slopes = temporary(m * h)
    mixedSlopes(
      activation, z, shares: shares, output: weights.output, shape: shape, into: slopes)
    let directions = temporary(m * d)
    matrixProduct(
      MatrixProductShape(m: m, n: d, k: h), slopes, weights.hidden, epilogue: Epilogue(),
      into: directions)
    let penalties = temporary(m)
    penaltyDirections(
      directions, scale: 2 * penaltyWeight / Float(m), shape: shape, into: directions,
      penalties: penalties)
    reduce(
      .sum, penalties, shape: BlockShape(inner: m), keeping: [], scale: 1 / Float(m),
      into: values.range(from: 1, count: 1))
    let penaltySlopes = temporary(m * h)
    matrixProduct(
      MatrixProductShape(m: m, n: h, k: d, transposeB: true), directions, weights.hidden,
      epilogue: Epilogue(), into: penaltySlopes)
    criticFactors(
      activation, z: z, shares: shares, output: weights.output, penaltySlopes: penaltySlopes,
      transportWeight: transportWeight, shape: shape, bias: gradients.bias,
      outputGradient: gradients.output, transport: values.range(from: 0, count: 1))
    let throughSamples = temporary(h * d)
    matrixProduct(
      MatrixProductShape(m: h, n: d, k: 2 * m, transposeA: true), z, pairs, epilogue: Epilogue(),
      into: throughSamples)
    matrixProduct(
      MatrixProductShape(m: h, n: d, k: m, transposeA: true), slopes, directions,
      epilogue: Epilogue(residual: throughSamples), into: gradients.hidden)
  }
}

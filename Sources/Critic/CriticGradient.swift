import ComputeBackend

/// The exact gradient of transportWeight·ℓ + penaltyWeight·r for a critic h (Mendata, Algorithm 1),
/// composed of the device's operations.
///
/// ℓ = mean h(purified) − mean h(reference), and r = mean (‖∇h(v)‖ − 1)² at v = η·purified +
/// (1 − η)·reference. A pair with ‖∇h(v)‖ = 0 adds nothing to the gradient of r.
///
/// Four products, three of them with slopes, and one pass each for the slope's norm and the
/// gradients: v itself is never formed, nor is a graph. With D, the penalty's derivatives by ∇h,
/// its gradient by w[i] is Σ σ′(z̄)·D·Vᵀ over pairs, which is V[i]·P[i] for the P = σ′(z̄)ᵀ·D that
/// its gradient by V needs anyway; D·Vᵀ itself takes a fifth product, where σ″ is not 0.
package struct CriticGradient {
  let activation: CriticActivation
  let shape: CriticShape
  let transportWeight: Float
  let penaltyWeight: Float

  package init(
    _ activation: CriticActivation, _ shape: CriticShape, transportWeight: Float,
    penaltyWeight: Float
  ) {
    self.activation = activation
    self.shape = shape
    self.transportWeight = transportWeight
    self.penaltyWeight = penaltyWeight
  }

  /// Encodes the gradient; does not wait.
  ///
  /// - Parameters:
  ///   - pairs: `[2, m, d]`, the purified samples and the reference samples.
  ///   - shares: η, `[m]`.
  ///   - gradients: written, not added to.
  ///   - values: `[2]`, receives ℓ and r.
  package func encode(
    _ weights: CriticWeights, pairs: BufferSlice, shares: BufferSlice, gradients: CriticWeights,
    values: BufferSlice, on backend: any ComputeBackend
  ) {
    let (m, d, h) = (shape.pairs, shape.features, shape.units)
    precondition(
      pairs.count == 2 * m * d && shares.count == m && values.count == 2
        && [weights, gradients].allSatisfy {
          $0.hidden.count == h * d && $0.bias.count == h && $0.output.count == h
        },
      "CriticGradient: \(pairs.count) features, \(shares.count) shares as \(shape)")
    let z = backend.temporary(2 * m * h)
    backend.matrixProduct(
      MatrixProductShape(m: 2 * m, n: h, k: d, transposeB: true), pairs, weights.hidden,
      epilogue: Epilogue(bias: weights.bias), into: z)
    let mixed = mix(z, shares: shares, on: backend)
    let directions = penaltyDirections(
      weights, mixed: mixed, penalty: values.range(from: 1, count: 1), on: backend)
    gradientBySamples(
      weights, z: z, pairs: pairs, shares: shares, directions: directions, gradients: gradients,
      transport: values.range(from: 0, count: 1), on: backend)
    let throughSlopes = backend.temporary(h * d)
    backend.slopeProduct(
      activation, mixed, factors: nil, directions,
      shape: MatrixProductShape(m: h, n: d, k: m, transposeA: true), into: throughSlopes)
    backend.criticWeightGradients(
      weights, throughSlopes: throughSlopes, shape: shape, gradients: gradients)
  }

  /// z̄ = ηz[0] + (1 − η)z[1], `[m, H]`.
  private func mix(
    _ z: BufferSlice, shares: BufferSlice, on backend: any ComputeBackend
  ) -> BufferSlice {
    let (m, count) = (shape.pairs, shape.pairs * shape.units)
    let bothShares = backend.temporary(2 * m)
    backend.copy(shares, into: bothShares.range(from: 0, count: m))
    backend.unary(
      .affine(scale: -1, offset: 1), shares, into: bothShares.range(from: m, count: m))
    let mixed = backend.temporary(count)
    backend.rowAffineSum(
      [z.range(from: 0, count: count), z.range(from: count, count: count)],
      coefficients: bothShares, rows: m, into: mixed)
    return mixed
  }

  /// D, `[m, d]`: the penalty's derivatives by the slopes at the mixed samples; `penalty` gets r.
  private func penaltyDirections(
    _ weights: CriticWeights, mixed: BufferSlice, penalty: BufferSlice,
    on backend: any ComputeBackend
  ) -> BufferSlice {
    let (m, d) = (shape.pairs, shape.features)
    let directions = backend.temporary(m * d)
    backend.slopeProduct(
      activation, mixed, factors: weights.output, weights.hidden,
      shape: MatrixProductShape(m: m, n: d, k: shape.units), into: directions)
    let penalties = backend.temporary(m)
    backend.penaltyDirections(
      directions, scale: 2 * penaltyWeight / Float(m), shape: shape, into: directions,
      penalties: penalties)
    backend.reduce(
      .sum, penalties, shape: BlockShape(inner: m), keeping: [], scale: 1 / Float(m),
      into: penalty)
    return directions
  }

  /// The gradients by b and w without the penalty's part through V, and in `gradients.hidden` the
  /// sum over samples that w multiplies; `transport` receives ℓ.
  private func gradientBySamples(
    _ weights: CriticWeights, z: BufferSlice, pairs: BufferSlice, shares: BufferSlice,
    directions: BufferSlice, gradients: CriticWeights, transport: BufferSlice,
    on backend: any ComputeBackend
  ) {
    let (m, d, h) = (shape.pairs, shape.features, shape.units)
    func factors(penaltySlopes: BufferSlice?) {
      backend.criticFactors(
        activation, z: z, shares: shares, output: weights.output, penaltySlopes: penaltySlopes,
        transportWeight: transportWeight, shape: shape, bias: gradients.bias,
        outputGradient: gradients.output, transport: transport)
    }
    let overSamples = MatrixProductShape(m: h, n: d, k: 2 * m, transposeA: true)
    if activation.isPiecewiseLinear {
      factors(penaltySlopes: nil)
      let signs = backend.temporary(2 * m)
      backend.fill(signs.range(from: 0, count: m), with: transportWeight / Float(m))
      backend.fill(signs.range(from: m, count: m), with: -transportWeight / Float(m))
      backend.slopeProduct(
        activation, z, factors: signs, pairs, shape: overSamples, into: gradients.hidden)
    } else {
      let penaltySlopes = backend.temporary(m * h)
      backend.matrixProduct(
        MatrixProductShape(m: m, n: h, k: d, transposeB: true), directions, weights.hidden,
        epilogue: Epilogue(), into: penaltySlopes)
      factors(penaltySlopes: penaltySlopes)
      backend.matrixProduct(overSamples, z, pairs, epilogue: Epilogue(), into: gradients.hidden)
    }
  }
}

extension ComputeBackend {
  fileprivate func temporary(_ count: Int) -> BufferSlice { makeBuffer(count: count)[count] }
}

extension ValidatedBackend {
  public func slopeProduct(
    _ activation: CriticActivation, _ z: BufferSlice, factors: BufferSlice?, _ x: BufferSlice,
    shape: MatrixProductShape, into: BufferSlice
  ) {
    check("slopeProduct", shape.batch == 1 && !shape.transposeB, "shape \(shape)")
    check(
      "slopeProduct", shape, ("z", z, shape.aCount), ("factors", factors, shape.k),
      ("x", x, shape.bCount), ("into", into, shape.resultCount))
    base.slopeProduct(activation, z, factors: factors, x, shape: shape, into: into)
  }

  public func scaledSlopes(
    _ activation: CriticActivation, _ z: BufferSlice, rows: Int, columns: Int,
    factors: BufferSlice?, perRow: Bool, into: BufferSlice
  ) {
    check(
      "scaledSlopes", [rows, columns], ("z", z, rows * columns),
      ("factors", factors, perRow ? rows : columns), ("into", into, rows * columns))
    base.scaledSlopes(
      activation, z, rows: rows, columns: columns, factors: factors, perRow: perRow, into: into)
  }

  public func penaltyDirections(
    _ slopes: BufferSlice, scale: Float, shape: CriticShape, into: BufferSlice,
    penalties: BufferSlice
  ) {
    let count = shape.pairs * shape.features
    check(
      "penaltyDirections", shape, ("slopes", slopes, count), ("into", into, count),
      ("penalties", penalties, shape.pairs))
    base.penaltyDirections(slopes, scale: scale, shape: shape, into: into, penalties: penalties)
  }

  public func criticFactors(
    _ activation: CriticActivation, z: BufferSlice, shares: BufferSlice, output: BufferSlice,
    penaltySlopes t: BufferSlice?, transportWeight: Float, shape: CriticShape, bias: BufferSlice,
    outputGradient: BufferSlice, transport: BufferSlice
  ) {
    let (pairs, units) = (shape.pairs, shape.units)
    check(
      "criticFactors", shape, ("z", z, 2 * pairs * units), ("shares", shares, pairs),
      ("output", output, units), ("penaltySlopes", t, pairs * units), ("bias", bias, units),
      ("outputGradient", outputGradient, units), ("transport", transport, 1))
    base.criticFactors(
      activation, z: z, shares: shares, output: output, penaltySlopes: t,
      transportWeight: transportWeight, shape: shape, bias: bias, outputGradient: outputGradient,
      transport: transport)
  }

  public func criticWeightGradients(
    _ weights: CriticWeights, throughSlopes: BufferSlice, shape: CriticShape,
    gradients: CriticWeights
  ) {
    let count = shape.units * shape.features
    check(
      "criticWeightGradients", shape, ("weights.hidden", weights.hidden, count),
      ("weights.output", weights.output, shape.units), ("throughSlopes", throughSlopes, count),
      ("gradients.hidden", gradients.hidden, count),
      ("gradients.output", gradients.output, shape.units))
    base.criticWeightGradients(
      weights, throughSlopes: throughSlopes, shape: shape, gradients: gradients)
  }
}

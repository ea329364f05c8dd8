import ComputeBackend

extension OpenCLBackend {
  public func scaledSlopes(
    _ activation: CriticActivation, _ z: BufferSlice, rows: Int, columns: Int,
    factors: BufferSlice?, perRow: Bool, into: BufferSlice
  ) {
    context.launch(
      .gradientPenalty, "scaledSlopes", items: rows * vectors(columns),
      arguments(of: activation) + [
        .input(z), .int(factors == nil ? 0 : perRow ? 1 : 2), .optional(factors, else: z), .output(into),
        .int(rows), .int(columns),
      ])
  }

  public func penaltyDirections(
    _ slopes: BufferSlice, scale: Float, shape: CriticShape, into: BufferSlice,
    penalties: BufferSlice
  ) {
    let (pairs, features) = (shape.pairs, shape.features)
    context.launch(
      .gradientPenalty, "penaltyDirections", rows: pairs,
      [
        .input(slopes), .float(scale), .output(into), .output(penalties), .int(pairs),
        .int(features),
      ])
  }

  public func criticFactors(
    _ activation: CriticActivation, z: BufferSlice, shares: BufferSlice, output: BufferSlice,
    penaltySlopes t: BufferSlice?, transportWeight: Float, shape: CriticShape, bias: BufferSlice,
    outputGradient: BufferSlice, transport: BufferSlice
  ) {
    let (pairs, units) = (shape.pairs, shape.units)
    let length = 16
    let chunks = (pairs + length - 1) / length
    let sums = (0..<3).map { _ in temporary(chunks * units)[chunks * units] }
    context.launch(
      .gradientPenalty, "criticFactors", items: chunks * vectors(units),
      arguments(of: activation) + [
        .output(z), .input(shares), .input(output), .flag(t != nil), .optional(t, else: z),
        .float(transportWeight / Float(pairs)),
      ] + sums.map { .buffer($0.buffer) } + [.int(pairs), .int(units), .int(length)])
    let block = BlockShape(outer: chunks, inner: units)
    reduce(.sum, sums[0], shape: block, keeping: .inner, scale: 1, into: bias)
    reduce(.sum, sums[1], shape: block, keeping: .inner, scale: 1, into: outputGradient)
    reduce(.sum, sums[2], shape: block, keeping: [], scale: 1 / Float(pairs), into: transport)
  }

  public func criticWeightGradients(
    _ weights: CriticWeights, throughSlopes: BufferSlice, shape: CriticShape,
    gradients: CriticWeights
  ) {
    let (features, units) = (shape.features, shape.units)
    context.launch(
      .gradientPenalty, "criticWeightGradients", rows: units,
      [
        .input(weights.hidden), .input(weights.output), .input(throughSlopes),
        .output(gradients.hidden), .output(gradients.output), .int(units), .int(features),
      ])
  }

  private func arguments(of activation: CriticActivation) -> [KernelArgument] {
    [.int(Int(activation.unary.code.rawValue)), .float(activation.unary.a)]
  }
}

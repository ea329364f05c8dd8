import ComputeBackend

extension OpenCLBackend {
  public func mixedSlopes(
    _ activation: CriticActivation, _ z: BufferSlice, shares: BufferSlice, output: BufferSlice,
    shape: CriticShape, into: BufferSlice
  ) {
    let (pairs, units) = (shape.pairs, shape.units)
    require(
      "mixedSlopes",
      z.count == 2 * pairs * units && shares.count == pairs && output.count == units
        && into.count == pairs * units,
      "z \(z.count), \(shares.count) shares, into \(into.count), \(shape)")
    context.launch(
      .gradientPenalty, "mixedSlopes", items: pairs * vectors(units),
      arguments(of: activation) + [
        .input(z), .input(shares), .input(output), .output(into), .int(pairs), .int(units),
      ])
  }

  public func penaltyDirections(
    _ slopes: BufferSlice, scale: Float, shape: CriticShape, into: BufferSlice,
    penalties: BufferSlice
  ) {
    let (pairs, features) = (shape.pairs, shape.features)
    require(
      "penaltyDirections",
      slopes.count == pairs * features && into.count == pairs * features
        && penalties.count == pairs,
      "\(slopes.count) into \(into.count) and \(penalties.count), \(shape)")
    context.launch(
      .gradientPenalty, "penaltyDirections", rows: pairs,
      [
        .input(slopes), .float(scale), .output(into), .output(penalties), .int(pairs),
        .int(features),
      ])
  }

  public func criticFactors(
    _ activation: CriticActivation, z: BufferSlice, shares: BufferSlice, output: BufferSlice,
    penaltySlopes t: BufferSlice, transportWeight: Float, shape: CriticShape, bias: BufferSlice,
    outputGradient: BufferSlice, transport: BufferSlice
  ) {
    let (pairs, units) = (shape.pairs, shape.units)
    require(
      "criticFactors",
      z.count == 2 * pairs * units && shares.count == pairs && output.count == units
        && t.count == pairs * units && bias.count == units && outputGradient.count == units
        && transport.count == 1,
      "z \(z.count), \(shares.count) shares, slopes \(t.count), \(shape)")
    let length = 16
    let chunks = (pairs + length - 1) / length
    let sums = (0..<3).map { _ in temporary(chunks * units)[chunks * units] }
    context.launch(
      .gradientPenalty, "criticFactors", items: chunks * vectors(units),
      arguments(of: activation) + [
        .output(z), .input(shares), .input(output), .input(t),
        .float(transportWeight / Float(pairs)),
      ] + sums.map { .buffer($0.buffer) } + [.int(pairs), .int(units), .int(length)])
    let block = BlockShape(outer: chunks, inner: units)
    reduce(.sum, sums[0], shape: block, keeping: .inner, scale: 1, into: bias)
    reduce(.sum, sums[1], shape: block, keeping: .inner, scale: 1, into: outputGradient)
    reduce(.sum, sums[2], shape: block, keeping: [], scale: 1 / Float(pairs), into: transport)
  }

  private func arguments(of activation: CriticActivation) -> [KernelArgument] {
    [.int(Int(activation.unary.code.rawValue)), .float(activation.unary.a)]
  }
}

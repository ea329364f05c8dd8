/// Matrix products, convolutions and attention.
extension ValidatedBackend {
  public func matrixProduct(
    _ shape: MatrixProductShape, _ a: BufferSlice, _ b: BufferSlice, epilogue: Epilogue,
    into: BufferSlice
  ) {
    check("matrixProduct", epilogue.sampleBias == nil, "sampleBias is for convolutions")
    check(
      "matrixProduct", shape, ("a", a, shape.aCount), ("b", b, shape.bCount),
      ("bias", epilogue.bias, shape.n), ("residual", epilogue.residual, shape.resultCount),
      ("into", into, shape.resultCount))
    base.matrixProduct(shape, a, b, epilogue: epilogue, into: into)
  }

  public func convolve(
    _ geometry: Conv2DGeometry, input: BufferSlice, weight: BufferSlice, epilogue: Epilogue,
    into: BufferSlice
  ) {
    check(
      "convolve", geometry, ("input", input, geometry.inputCount),
      ("weight", weight, geometry.weightCount), ("bias", epilogue.bias, geometry.outputChannels),
      ("sampleBias", epilogue.sampleBias, geometry.batch * geometry.outputChannels),
      ("residual", epilogue.residual, geometry.outputCount), ("into", into, geometry.outputCount))
    base.convolve(geometry, input: input, weight: weight, epilogue: epilogue, into: into)
  }

  public func convolveInputGradient(
    _ geometry: Conv2DGeometry, outputGradient: BufferSlice, weight: BufferSlice,
    into: BufferSlice
  ) {
    check(
      "convolveInputGradient", geometry, ("outputGradient", outputGradient, geometry.outputCount),
      ("weight", weight, geometry.weightCount), ("into", into, geometry.inputCount))
    base.convolveInputGradient(
      geometry, outputGradient: outputGradient, weight: weight, into: into)
  }

  public func convolveWeightGradient(
    _ geometry: Conv2DGeometry, input: BufferSlice, outputGradient: BufferSlice,
    into: BufferSlice
  ) {
    check(
      "convolveWeightGradient", geometry, ("input", input, geometry.inputCount),
      ("outputGradient", outputGradient, geometry.outputCount),
      ("into", into, geometry.weightCount))
    base.convolveWeightGradient(
      geometry, input: input, outputGradient: outputGradient, into: into)
  }

  public func attention(
    _ shape: AttentionShape, queries: BufferSlice, keys: BufferSlice, values: BufferSlice,
    into: BufferSlice, logSumExp: BufferSlice
  ) {
    check(
      "attention", shape, ("queries", queries, shape.queryCount), ("keys", keys, shape.keyCount),
      ("values", values, shape.keyCount), ("into", into, shape.queryCount),
      ("logSumExp", logSumExp, shape.logSumExpCount))
    base.attention(
      shape, queries: queries, keys: keys, values: values, into: into, logSumExp: logSumExp)
  }

  public func attentionGradient(
    _ shape: AttentionShape, queries: BufferSlice, keys: BufferSlice, values: BufferSlice,
    output: BufferSlice, logSumExp: BufferSlice, upstream: BufferSlice,
    queriesGradient: BufferSlice, keysGradient: BufferSlice, valuesGradient: BufferSlice
  ) {
    check(
      "attentionGradient", shape, ("queries", queries, shape.queryCount),
      ("keys", keys, shape.keyCount), ("values", values, shape.keyCount),
      ("output", output, shape.queryCount), ("logSumExp", logSumExp, shape.logSumExpCount),
      ("upstream", upstream, shape.queryCount),
      ("queriesGradient", queriesGradient, shape.queryCount),
      ("keysGradient", keysGradient, shape.keyCount),
      ("valuesGradient", valuesGradient, shape.keyCount))
    base.attentionGradient(
      shape, queries: queries, keys: keys, values: values, output: output, logSumExp: logSumExp,
      upstream: upstream, queriesGradient: queriesGradient, keysGradient: keysGradient,
      valuesGradient: valuesGradient)
  }
}

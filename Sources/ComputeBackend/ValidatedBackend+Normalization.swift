extension ValidatedBackend {
  public func groupNorm(
    _ shape: GroupNormShape, _ x: BufferSlice, gamma: BufferSlice, beta: BufferSlice,
    epsilon: Float, activation: Activation, into: BufferSlice, mean: BufferSlice,
    rstd: BufferSlice
  ) {
    check(
      "groupNorm", shape, ("x", x, shape.count), ("gamma", gamma, shape.channels),
      ("beta", beta, shape.channels), ("into", into, shape.count),
      ("mean", mean, shape.statisticsCount), ("rstd", rstd, shape.statisticsCount))
    base.groupNorm(
      shape, x, gamma: gamma, beta: beta, epsilon: epsilon, activation: activation, into: into,
      mean: mean, rstd: rstd)
  }

  public func groupNormGradient(
    _ shape: GroupNormShape, _ x: BufferSlice, gamma: BufferSlice, beta: BufferSlice,
    activation: Activation, mean: BufferSlice, rstd: BufferSlice, upstream: BufferSlice,
    inputGradient: BufferSlice, gammaGradient: BufferSlice, betaGradient: BufferSlice
  ) {
    check(
      "groupNormGradient", shape, ("x", x, shape.count), ("gamma", gamma, shape.channels),
      ("beta", beta, shape.channels), ("mean", mean, shape.statisticsCount),
      ("rstd", rstd, shape.statisticsCount), ("upstream", upstream, shape.count),
      ("inputGradient", inputGradient, shape.count),
      ("gammaGradient", gammaGradient, shape.channels),
      ("betaGradient", betaGradient, shape.channels))
    base.groupNormGradient(
      shape, x, gamma: gamma, beta: beta, activation: activation, mean: mean, rstd: rstd,
      upstream: upstream, inputGradient: inputGradient, gammaGradient: gammaGradient,
      betaGradient: betaGradient)
  }

  public func batchNorm(
    rows: Int, channels: Int, _ x: BufferSlice, gamma: BufferSlice, beta: BufferSlice,
    epsilon: Float, activation: Activation, into: BufferSlice, mean: BufferSlice,
    variance: BufferSlice
  ) {
    check("batchNorm", rows > 0, "\(rows) rows")
    check(
      "batchNorm", [rows, channels], ("x", x, rows * channels), ("gamma", gamma, channels),
      ("beta", beta, channels), ("into", into, rows * channels), ("mean", mean, channels),
      ("variance", variance, channels))
    base.batchNorm(
      rows: rows, channels: channels, x, gamma: gamma, beta: beta, epsilon: epsilon,
      activation: activation, into: into, mean: mean, variance: variance)
  }

  public func batchNormGradient(
    rows: Int, channels: Int, _ x: BufferSlice, gamma: BufferSlice, beta: BufferSlice,
    epsilon: Float, activation: Activation, mean: BufferSlice, variance: BufferSlice,
    upstream: BufferSlice, inputGradient: BufferSlice, gammaGradient: BufferSlice,
    betaGradient: BufferSlice
  ) {
    check("batchNormGradient", rows > 0, "\(rows) rows")
    check(
      "batchNormGradient", [rows, channels], ("x", x, rows * channels),
      ("gamma", gamma, channels), ("beta", beta, channels), ("mean", mean, channels),
      ("variance", variance, channels), ("upstream", upstream, rows * channels),
      ("inputGradient", inputGradient, rows * channels),
      ("gammaGradient", gammaGradient, channels), ("betaGradient", betaGradient, channels))
    base.batchNormGradient(
      rows: rows, channels: channels, x, gamma: gamma, beta: beta, epsilon: epsilon,
      activation: activation, mean: mean, variance: variance, upstream: upstream,
      inputGradient: inputGradient, gammaGradient: gammaGradient, betaGradient: betaGradient)
  }
}

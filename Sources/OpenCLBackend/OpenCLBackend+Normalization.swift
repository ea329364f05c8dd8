import ComputeBackend

extension OpenCLBackend {
  public func groupNorm(
    _ shape: GroupNormShape, _ x: BufferSlice, gamma: BufferSlice, beta: BufferSlice,
    epsilon: Float, activation: Activation, into: BufferSlice, mean: BufferSlice,
    rstd: BufferSlice
  ) {
    require(
      "groupNorm",
      x.count == shape.count && into.count == shape.count && gamma.count == shape.channels
        && beta.count == shape.channels && mean.count == shape.statisticsCount
        && rstd.count == shape.statisticsCount,
      "\(x.count) into \(into.count), gamma \(gamma.count), mean \(mean.count) as \(shape)")
    let layout = NormalizationLayout(
      shape, gamma: gamma, beta: beta, activation: activation, mean: mean, spread: rstd)
    normalize(layout, epsilon: epsilon, x, into: into)
  }

  public func groupNormGradient(
    _ shape: GroupNormShape, _ x: BufferSlice, gamma: BufferSlice, beta: BufferSlice,
    activation: Activation, mean: BufferSlice, rstd: BufferSlice, upstream: BufferSlice,
    inputGradient: BufferSlice, gammaGradient: BufferSlice, betaGradient: BufferSlice
  ) {
    require(
      "groupNormGradient",
      x.count == shape.count && upstream.count == shape.count
        && inputGradient.count == shape.count && gamma.count == shape.channels
        && beta.count == shape.channels && gammaGradient.count == shape.channels
        && betaGradient.count == shape.channels && mean.count == shape.statisticsCount
        && rstd.count == shape.statisticsCount,
      "\(x.count), upstream \(upstream.count), gamma \(gamma.count) as \(shape)")
    let layout = NormalizationLayout(
      shape, gamma: gamma, beta: beta, activation: activation, mean: mean, spread: rstd)
    differentiate(
      layout, x, upstream: upstream, inputGradient: inputGradient, gammaGradient: gammaGradient,
      betaGradient: betaGradient)
  }

  public func batchNorm(
    rows: Int, channels: Int, _ x: BufferSlice, gamma: BufferSlice, beta: BufferSlice,
    epsilon: Float, activation: Activation, into: BufferSlice, mean: BufferSlice,
    variance: BufferSlice
  ) {
    require(
      "batchNorm",
      rows > 0 && x.count == rows * channels && into.count == x.count && gamma.count == channels
        && beta.count == channels && mean.count == channels && variance.count == channels,
      "\(x.count) as \(rows)×\(channels) into \(into.count), gamma \(gamma.count)")
    var layout = NormalizationLayout(
      GroupNormShape(batch: 1, spatial: rows, channels: channels, groups: channels),
      gamma: gamma, beta: beta, activation: activation, mean: mean, spread: variance)
    layout.varianceEpsilon = epsilon
    normalize(layout, epsilon: epsilon, x, into: into)
  }

  public func batchNormGradient(
    rows: Int, channels: Int, _ x: BufferSlice, gamma: BufferSlice, beta: BufferSlice,
    epsilon: Float, activation: Activation, mean: BufferSlice, variance: BufferSlice,
    upstream: BufferSlice, inputGradient: BufferSlice, gammaGradient: BufferSlice,
    betaGradient: BufferSlice
  ) {
    require(
      "batchNormGradient",
      rows > 0 && x.count == rows * channels && upstream.count == x.count
        && inputGradient.count == x.count && gamma.count == channels && beta.count == channels
        && mean.count == channels && variance.count == channels
        && gammaGradient.count == channels && betaGradient.count == channels,
      "\(x.count) as \(rows)×\(channels), upstream \(upstream.count), gamma \(gamma.count)")
    var layout = NormalizationLayout(
      GroupNormShape(batch: 1, spatial: rows, channels: channels, groups: channels),
      gamma: gamma, beta: beta, activation: activation, mean: mean, spread: variance)
    layout.varianceEpsilon = epsilon
    differentiate(
      layout, x, upstream: upstream, inputGradient: inputGradient, gammaGradient: gammaGradient,
      betaGradient: betaGradient)
  }
}

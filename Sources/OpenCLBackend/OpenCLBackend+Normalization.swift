import ComputeBackend

extension OpenCLBackend {
  public func groupNorm(
    _ shape: GroupNormShape, _ x: BufferSlice, gamma: BufferSlice, beta: BufferSlice,
    epsilon: Float, activation: Activation, into: BufferSlice, mean: BufferSlice,
    rstd: BufferSlice
  ) {
    let layout = NormalizationLayout(
      shape, gamma: gamma, beta: beta, activation: activation, mean: mean, spread: rstd)
    normalize(layout, epsilon: epsilon, x, into: into)
  }

  public func groupNormGradient(
    _ shape: GroupNormShape, _ x: BufferSlice, gamma: BufferSlice, beta: BufferSlice,
    activation: Activation, mean: BufferSlice, rstd: BufferSlice, upstream: BufferSlice,
    inputGradient: BufferSlice, gammaGradient: BufferSlice, betaGradient: BufferSlice
  ) {
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
    var layout = NormalizationLayout(
      GroupNormShape(batch: 1, spatial: rows, channels: channels, groups: channels),
      gamma: gamma, beta: beta, activation: activation, mean: mean, spread: variance)
    layout.varianceEpsilon = epsilon
    differentiate(
      layout, x, upstream: upstream, inputGradient: inputGradient, gammaGradient: gammaGradient,
      betaGradient: betaGradient)
  }
}

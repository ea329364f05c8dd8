import ComputeBackend

/// activation((x − mean)·rstd·gamma + beta) over groups of channels of each sample.
///
/// x is `[N, …, C]`; gamma and beta are `[C]`. Layer normalisation over channels is `[N·S, C]` with
/// one group, instance normalisation has as many groups as channels.
public func groupNorm(
  _ x: Tensor, gamma: Tensor, beta: Tensor, groups: Int, epsilon: Float,
  activation: Activation = .identity
) -> Tensor {
  let block = x.block
  precondition(
    x.shape.count >= 2 && gamma.shape == [block.inner] && beta.shape == [block.inner],
    "groupNorm: x \(x.shape), gamma \(gamma.shape), beta \(beta.shape)")
  guard activation.isFusedWithNormalization else {
    return groupNorm(x, gamma: gamma, beta: beta, groups: groups, epsilon: epsilon)
      .activated(activation)
  }
  let backend = x.backend
  let shape = GroupNormShape(
    batch: block.outer, spatial: block.middle, channels: block.inner, groups: groups)
  let output = Tensor.empty(x.shape, on: backend)
  let mean = backend.makeBuffer(count: shape.statisticsCount)[shape.statisticsCount]
  let rstd = backend.makeBuffer(count: shape.statisticsCount)[shape.statisticsCount]
  backend.groupNorm(
    shape, x.slice, gamma: gamma.slice, beta: beta.slice, epsilon: epsilon,
    activation: activation, into: output.slice, mean: mean, rstd: rstd)
  return output.recorded(from: [x, gamma, beta]) { upstream in
    let gradients = [x, gamma, beta].map { Tensor.empty($0.shape, on: backend) }
    backend.groupNormGradient(
      shape, x.slice, gamma: gamma.slice, beta: beta.slice, activation: activation, mean: mean,
      rstd: rstd, upstream: upstream.slice, inputGradient: gradients[0].slice,
      gammaGradient: gradients[1].slice, betaGradient: gradients[2].slice)
    return gradients
  } composition: {
    Composition.groupNorm(
      $0[0], gamma: $0[1], beta: $0[2], groups: groups, epsilon: epsilon, activation: activation)
  }
}

/// Batch normalisation in training, over all axes of x `[…, C]` but the last.
///
/// Returns the batch's mean and biased variance `[C]`, through which no gradient flows.
public func batchNorm(
  _ x: Tensor, gamma: Tensor, beta: Tensor, epsilon: Float, activation: Activation = .identity
) -> (output: Tensor, mean: Tensor, variance: Tensor) {
  let (rows, channels) = (x.rowBlock.outer, x.rowBlock.inner)
  precondition(
    gamma.shape == [channels] && beta.shape == [channels],
    "batchNorm: x \(x.shape), gamma \(gamma.shape), beta \(beta.shape)")
  guard activation.isFusedWithNormalization else {
    let plain = batchNorm(x, gamma: gamma, beta: beta, epsilon: epsilon)
    return (plain.output.activated(activation), plain.mean, plain.variance)
  }
  let backend = x.backend
  let output = Tensor.empty(x.shape, on: backend)
  let mean = Tensor.empty([channels], on: backend)
  let variance = Tensor.empty([channels], on: backend)
  backend.batchNorm(
    rows: rows, channels: channels, x.slice, gamma: gamma.slice, beta: beta.slice,
    epsilon: epsilon, activation: activation, into: output.slice, mean: mean.slice,
    variance: variance.slice)
  let recorded = output.recorded(from: [x, gamma, beta]) { upstream in
    let gradients = [x, gamma, beta].map { Tensor.empty($0.shape, on: backend) }
    backend.batchNormGradient(
      rows: rows, channels: channels, x.slice, gamma: gamma.slice, beta: beta.slice,
      epsilon: epsilon, activation: activation, mean: mean.slice, variance: variance.slice,
      upstream: upstream.slice, inputGradient: gradients[0].slice,
      gammaGradient: gradients[1].slice, betaGradient: gradients[2].slice)
    return gradients
  } composition: {
    Composition.batchNorm(
      $0[0], gamma: $0[1], beta: $0[2], epsilon: epsilon, activation: activation)
  }
  return (recorded, mean, variance)
}

/// activation(x·scale + shift) for each channel of x `[N, …, C]`.
///
/// `scale` and `shift` are `[C]`, or `[N, C]` if `perSample`.
public func modulate(
  _ x: Tensor, scale: Tensor, shift: Tensor, perSample: Bool = false,
  activation: Activation = .identity
) -> Tensor {
  let block = x.block
  let axes: BlockAxes = perSample ? [.outer, .inner] : .inner
  precondition(
    scale.count == block.count(keeping: axes) && shift.count == scale.count,
    "modulate: x \(x.shape), scale \(scale.shape), shift \(shift.shape), per sample \(perSample)")
  let terms = Rule.modulate(x, scale: scale, shift: shift, shape: block, axes: axes)
  return fusing(activation, terms) { activation in
    let output = Tensor.empty(x.shape, on: x.backend)
    x.backend.modulate(
      x.slice, scale: scale.slice, shift: shift.slice, shape: block, perSample: perSample,
      activation: activation, into: output.slice)
    return output
  }
}

extension Activation {
  /// Whether the normalisation kernels and their gradients know the activation.
  fileprivate var isFusedWithNormalization: Bool {
    switch self {
    case .identity, .relu, .silu: true
    case .gelu, .tanh, .sigmoid: false
    }
  }
}

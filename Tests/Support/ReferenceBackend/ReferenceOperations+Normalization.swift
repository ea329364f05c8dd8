import ComputeBackend

/// The sets of elements that share a mean and a variance, and the channel of each element.
private struct NormGroups {
  /// Flat indices of each set's elements.
  var sets: [[Int]]
  var channels: Int

  init(_ shape: GroupNormShape) {
    let size = shape.channels / shape.groups
    channels = shape.channels
    sets = []
    for n in 0..<shape.batch {
      for group in 0..<shape.groups {
        sets.append(
          (0..<shape.spatial * size).map {
            (n * shape.spatial + $0 / size) * shape.channels + group * size + $0 % size
          })
      }
    }
  }

  init(rows: Int, channels: Int) {
    self.channels = channels
    sets = (0..<channels).map { channel in (0..<rows).map { $0 * channels + channel } }
  }
}

extension ReferenceOperations {
  public func groupNorm(
    _ shape: GroupNormShape, _ x: BufferSlice, gamma: BufferSlice, beta: BufferSlice,
    epsilon: Float, activation: Activation, into: BufferSlice, mean: BufferSlice, rstd: BufferSlice
  ) {
    let moments = normalize(
      NormGroups(shape), x, gamma: gamma, beta: beta, epsilon: epsilon, activation: activation,
      into: into)
    for (i, moment) in moments.enumerated() {
      mean.elements[i] = moment.mean
      rstd.elements[i] =
        1 / (moment.variance + Double(epsilon)).squareRoot()
    }
  }

  public func groupNormGradient(
    _ shape: GroupNormShape, _ x: BufferSlice, gamma: BufferSlice, beta: BufferSlice,
    activation: Activation, mean: BufferSlice, rstd: BufferSlice, upstream: BufferSlice,
    inputGradient: BufferSlice, gammaGradient: BufferSlice, betaGradient: BufferSlice
  ) {
    normalizeGradient(
      NormGroups(shape), x, gamma: gamma, beta: beta, activation: activation, mean: doubles(mean),
      rstd: doubles(rstd), upstream: upstream, inputGradient: inputGradient,
      gammaGradient: gammaGradient, betaGradient: betaGradient)
  }

  public func batchNorm(
    rows: Int, channels: Int, _ x: BufferSlice, gamma: BufferSlice, beta: BufferSlice,
    epsilon: Float, activation: Activation, into: BufferSlice, mean: BufferSlice,
    variance: BufferSlice
  ) {
    let moments = normalize(
      NormGroups(rows: rows, channels: channels), x, gamma: gamma, beta: beta, epsilon: epsilon,
      activation: activation, into: into)
    for (i, moment) in moments.enumerated() {
      mean.elements[i] = moment.mean
      variance.elements[i] = moment.variance
    }
  }

  public func batchNormGradient(
    rows: Int, channels: Int, _ x: BufferSlice, gamma: BufferSlice, beta: BufferSlice,
    epsilon: Float, activation: Activation, mean: BufferSlice, variance: BufferSlice,
    upstream: BufferSlice, inputGradient: BufferSlice, gammaGradient: BufferSlice,
    betaGradient: BufferSlice
  ) {
    normalizeGradient(
      NormGroups(rows: rows, channels: channels), x, gamma: gamma, beta: beta,
      activation: activation, mean: doubles(mean),
      rstd: doubles(variance).map { 1 / ($0 + Double(epsilon)).squareRoot() }, upstream: upstream,
      inputGradient: inputGradient, gammaGradient: gammaGradient, betaGradient: betaGradient)
  }

  private func normalize(
    _ groups: NormGroups, _ x: BufferSlice, gamma: BufferSlice, beta: BufferSlice, epsilon: Float,
    activation: Activation, into: BufferSlice
  ) -> [(mean: Double, variance: Double)] {
    let source = x.elements
    let scale = gamma.elements
    let shift = beta.elements
    let y = into.elements
    return groups.sets.map { set in
      let count = Double(set.count)
      let mean = set.reduce(0) { $0 + source[$1] } / count
      let variance = set.reduce(0) { $0 + (source[$1] - mean) * (source[$1] - mean) } / count
      let rstd = 1 / (variance + Double(epsilon)).squareRoot()
      for i in set {
        let channel = i % groups.channels
        y[i] = activation.unary((source[i] - mean) * rstd * scale[channel] + shift[channel])
      }
      return (mean, variance)
    }
  }

  /// With x̂ = (x − mean)·rstd and h the gradient of x̂: ∂x = rstd·(h − mean(h) − x̂·mean(h·x̂)).
  private func normalizeGradient(
    _ groups: NormGroups, _ x: BufferSlice, gamma: BufferSlice, beta: BufferSlice,
    activation: Activation, mean: [Double], rstd: [Double], upstream: BufferSlice,
    inputGradient: BufferSlice, gammaGradient: BufferSlice, betaGradient: BufferSlice
  ) {
    let source = x.elements
    let scale = gamma.elements
    let shift = beta.elements
    let g = upstream.elements
    let dx = inputGradient.elements
    let dGamma = gammaGradient.elements
    let dBeta = betaGradient.elements
    for channel in 0..<groups.channels {
      dGamma[channel] = 0
      dBeta[channel] = 0
    }
    for (index, set) in groups.sets.enumerated() {
      var gradients: [(normal: Double, h: Double)] = []
      for i in set {
        let channel = i % groups.channels
        let normal = (source[i] - mean[index]) * rstd[index]
        let dy = g[i] * activation.unary.derivative(normal * scale[channel] + shift[channel])
        dGamma[channel] += dy * normal
        dBeta[channel] += dy
        gradients.append((normal, dy * scale[channel]))
      }
      let count = Double(set.count)
      let mean = gradients.reduce(0) { $0 + $1.h } / count
      let slope = gradients.reduce(0) { $0 + $1.h * $1.normal } / count
      for (i, value) in zip(set, gradients) {
        dx[i] = rstd[index] * (value.h - mean - value.normal * slope)
      }
    }
  }
}

import CMicroKernels
import ComputeBackend

extension CPUBackend {
  public func batchNorm(
    rows: Int, channels: Int, _ x: BufferSlice, gamma: BufferSlice, beta: BufferSlice,
    epsilon: Float, activation: Activation, into: BufferSlice, mean: BufferSlice,
    variance: BufferSlice
  ) {
    let slices = Slices(rows)
    let scratch = temporary(4 * slices.count * channels)
    let constantsMemory = temporary(ChannelConstants.size * channels)
    guard isHealthy else { return }
    let partials = scratch[4 * slices.count * channels].doubles
    let constants = ChannelConstants(
      constantsMemory[ChannelConstants.size * channels].written(), channels: channels)
    let (source, scale, shift) = (x.floats, gamma.floats, beta.floats)
    let (y, means, variances) = (into.written(), mean.written(), variance.written())
    threads.parallelFor(slices.count) { slice, _ in
      let range = slices[slice]
      let sums = partials + 2 * slice * channels
      kernels.normalization.moments(
        source + range.lowerBound * channels, range.count, channels, channels, sums,
        sums + channels)
    }
    for c in 0..<channels {
      var (total, square) = (0.0, 0.0)
      for slice in 0..<slices.count {
        total += partials[2 * slice * channels + c]
        square += partials[(2 * slice + 1) * channels + c]
      }
      let average = total / Double(rows)
      let spread = square / Double(rows) - average * average
      means[c] = Float(average)
      variances[c] = spread < 0 ? 0 : Float(spread)
      constants.mean[c] = means[c]
      constants.factor[c] = scale[c] / (variances[c] + epsilon).squareRoot()
      let rounding = Float(average - Double(means[c]))
      constants.constant[c] = shift[c] - rounding * constants.factor[c]
    }
    threads.parallelFor(slices.count) { slice, _ in
      let range = slices[slice]
      let start = range.lowerBound * channels
      kernels.normalization.normalize(
        source + start, range.count, channels, channels, constants.mean, constants.factor,
        constants.constant, activation.rawValue, y + start)
    }
  }

  public func batchNormGradient(
    rows: Int, channels: Int, _ x: BufferSlice, gamma: BufferSlice, beta: BufferSlice,
    epsilon: Float, activation: Activation, mean: BufferSlice, variance: BufferSlice,
    upstream: BufferSlice, inputGradient: BufferSlice, gammaGradient: BufferSlice,
    betaGradient: BufferSlice
  ) {
    let slices = Slices(rows)
    let scratch = temporary(6 * slices.count * channels)
    let constantsMemory = temporary(ChannelConstants.size * channels)
    guard isHealthy else { return }
    let partials = scratch[6 * slices.count * channels].doubles
    let constants = ChannelConstants(
      constantsMemory[ChannelConstants.size * channels].written(), channels: channels)
    let (source, shift, g) = (x.floats, beta.floats, upstream.floats)
    let (scale, means, variances) = (gamma.floats, mean.floats, variance.floats)
    let y = inputGradient.written()
    let (gammas, betas) = (gammaGradient.written(), betaGradient.written())
    for c in 0..<channels {
      constants.mean[c] = means[c]
      constants.factor[c] = scale[c] / (variances[c] + epsilon).squareRoot()
    }
    threads.parallelFor(slices.count) { slice, _ in
      let range = slices[slice]
      let start = range.lowerBound * channels
      let sums = partials + 3 * slice * channels
      kernels.normalization.slopes(
        source + start, g + start, range.count, channels, channels, constants.mean,
        constants.factor, shift, activation.rawValue, y + start, sums, sums + channels,
        sums + 2 * channels)
    }
    for c in 0..<channels {
      var (slopes, products, centred) = (0.0, 0.0, 0.0)
      for slice in 0..<slices.count {
        slopes += partials[3 * slice * channels + c]
        products += partials[(3 * slice + 1) * channels + c]
        centred += partials[(3 * slice + 2) * channels + c]
      }
      // The true mean less the saved one, which was rounded.
      let rounding = centred / Double(rows)
      products -= rounding * slopes
      let inverse = 1 / (Double(variances[c]) + Double(epsilon)).squareRoot()
      let factor = Double(scale[c]) * inverse / Double(rows)
      gammas[c] = Float(products * inverse)
      betas[c] = Float(slopes)
      let linear = factor * inverse * inverse * products
      constants.constant[c] = Float(factor * slopes - rounding * linear)
      constants.linear[c] = Float(linear)
    }
    threads.parallelFor(slices.count) { slice, _ in
      let range = slices[slice]
      let start = range.lowerBound * channels
      kernels.normalization.combine(
        source + start, range.count, channels, channels, constants.mean, constants.factor,
        constants.constant, constants.linear, y + start)
    }
  }
}

/// Rows cut into parts of at most 256, whatever the number of threads.
struct Slices {
  let rows: Int
  var count: Int { (rows + 255) / 256 }

  init(_ rows: Int) { self.rows = rows }

  subscript(slice: Int) -> Range<Int> {
    rows * slice / count..<rows * (slice + 1) / count
  }
}

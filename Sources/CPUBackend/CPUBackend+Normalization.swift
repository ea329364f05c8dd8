import CMicroKernels
import ComputeBackend

extension CPUBackend {
  public func groupNorm(
    _ shape: GroupNormShape, _ x: BufferSlice, gamma: BufferSlice, beta: BufferSlice,
    epsilon: Float, activation: Activation, into: BufferSlice, mean: BufferSlice,
    rstd: BufferSlice
  ) {
    guard isHealthy else { return }
    let (source, scale, shift) = (x.floats, gamma.floats, beta.floats)
    let (y, means, rstds) = (into.written(), mean.written(), rstd.written())
    forEachGroupBlock(shape) { block, worker in
      let constants = ChannelConstants(
        threads.scratch(worker, count: ChannelConstants.size * block.channels), block)
      let (sums, squares) = (constants.sums, constants.products)
      kernels.normalization.moments(
        source + block.start, shape.spatial, shape.channels, block.channels, sums, squares)
      let count = Double(shape.spatial * block.groupSize)
      for group in 0..<block.groups {
        var (total, square) = (0.0, 0.0)
        for c in block.range(group) {
          total += sums[c]
          square += squares[c]
        }
        let average = total / count
        let variance = max(square / count - average * average, 0)
        let inverse = Float(1 / (variance + Double(epsilon)).squareRoot())
        means[block.statistic + group] = Float(average)
        rstds[block.statistic + group] = inverse
        constants.residual[group] = average - Double(Float(average))
      }
      constants.fill(block, mean: means, rstd: rstds, gamma: scale)
      for c in 0..<block.channels {
        let rounding = Float(constants.residual[c / block.groupSize])
        constants.constant[c] = shift[block.firstChannel + c] - rounding * constants.factor[c]
      }
      kernels.normalization.normalize(
        source + block.start, shape.spatial, shape.channels, block.channels, constants.mean,
        constants.factor, constants.constant, activation.rawValue, y + block.start)
    }
  }

  public func groupNormGradient(
    _ shape: GroupNormShape, _ x: BufferSlice, gamma: BufferSlice, beta: BufferSlice,
    activation: Activation, mean: BufferSlice, rstd: BufferSlice, upstream: BufferSlice,
    inputGradient: BufferSlice, gammaGradient: BufferSlice, betaGradient: BufferSlice
  ) {
    let channels = shape.channels
    let partialCount = 4 * shape.batch * channels
    let scratch = temporary(partialCount)
    guard isHealthy else { return }
    let partials = scratch[partialCount].doubles
    let (source, scale, shift) = (x.floats, gamma.floats, beta.floats)
    let (means, rstds, g, y) = (mean.floats, rstd.floats, upstream.floats, inputGradient.written())
    forEachGroupBlock(shape) { block, worker in
      let constants = ChannelConstants(
        threads.scratch(worker, count: ChannelConstants.size * block.channels), block)
      constants.fill(block, mean: means, rstd: rstds, gamma: scale)
      kernels.normalization.slopes(
        source + block.start, g + block.start, shape.spatial, shape.channels, block.channels,
        constants.mean, constants.factor, shift + block.firstChannel, activation.rawValue,
        y + block.start, constants.sums, constants.products, constants.residual)
      let count = Double(shape.spatial * block.groupSize)
      for group in 0..<block.groups {
        let inverse = Double(rstds[block.statistic + group])
        // The true mean less the saved one, which was rounded.
        let rounding = block.range(group).reduce(0) { $0 + constants.residual[$1] } / count
        var (slopes, products) = (0.0, 0.0)
        for c in block.range(group) {
          let channel = block.firstChannel + c
          let product = constants.products[c] - rounding * constants.sums[c]
          slopes += Double(scale[channel]) * constants.sums[c]
          products += Double(scale[channel]) * product
          let place = (block.sample * channels + channel) * 2
          partials[place] = product * inverse
          partials[place + 1] = constants.sums[c]
        }
        let linear = inverse * inverse * inverse * products / count
        for c in block.range(group) {
          constants.constant[c] = Float(inverse * slopes / count - rounding * linear)
          constants.linear[c] = Float(linear)
        }
      }
      kernels.normalization.combine(
        source + block.start, shape.spatial, shape.channels, block.channels, constants.mean,
        constants.factor, constants.constant, constants.linear, y + block.start)
    }
    sumPairs(
      partials, rows: shape.batch, channels: channels, gammaGradient.written(),
      betaGradient.written())
  }

  /// first[c] = Σᵣ partials[r, c, 0], second[c] = Σᵣ partials[r, c, 1].
  func sumPairs(
    _ partials: UnsafeMutablePointer<Double>, rows: Int, channels: Int,
    _ first: UnsafeMutablePointer<Float>, _ second: UnsafeMutablePointer<Float>
  ) {
    threads.parallelRanges(channels, grain: max(1, Self.grain / max(rows, 1))) { range, _ in
      for c in range {
        var (a, b) = (0.0, 0.0)
        for row in 0..<rows {
          a += partials[(row * channels + c) * 2]
          b += partials[(row * channels + c) * 2 + 1]
        }
        first[c] = Float(a)
        second[c] = Float(b)
      }
    }
  }

  private func forEachGroupBlock(
    _ shape: GroupNormShape, _ body: (_ block: GroupBlock, _ worker: Int) -> Void
  ) {
    // Whole samples if they are many, else blocks of groups that fill cache lines.
    let groupSize = shape.channels / shape.groups
    let wanted = (4 * threads.threads + shape.batch - 1) / max(shape.batch, 1)
    let groupsAtLeast = (32 + groupSize - 1) / groupSize
    let blocks = threads.threads == 1 ? 1 : max(1, min(wanted, shape.groups / groupsAtLeast))
    threads.parallelFor(shape.batch * blocks) { item, worker in
      let (sample, block) = (item / blocks, item % blocks)
      let first = shape.groups * block / blocks
      let groups = shape.groups * (block + 1) / blocks - first
      body(
        GroupBlock(
          sample: sample, firstChannel: first * groupSize, groups: groups, groupSize: groupSize,
          start: sample * shape.spatial * shape.channels + first * groupSize,
          statistic: sample * shape.groups + first), worker)
    }
  }
}

/// Some adjacent groups of one sample.
struct GroupBlock {
  var sample: Int
  var firstChannel: Int
  var groups: Int
  var groupSize: Int
  /// The block's first element in the images.
  var start: Int
  /// The block's first element in the statistics.
  var statistic: Int
  var channels: Int { groups * groupSize }

  /// Channels of a group, counted from the block's first.
  func range(_ group: Int) -> Range<Int> { group * groupSize..<(group + 1) * groupSize }
}

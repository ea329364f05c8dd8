import ComputeBackend

/// What all kernels of `normalization.cl` are told; batch normalisation is one sample with a group
/// for each channel.
struct NormalizationLayout {
  let shape: GroupNormShape
  let gamma: BufferSlice
  let beta: BufferSlice
  let activation: Activation
  let mean: BufferSlice
  /// (variance + ε)^−½, or the variance if `varianceEpsilon` is set.
  let spread: BufferSlice
  var varianceEpsilon: Float?

  init(
    _ shape: GroupNormShape, gamma: BufferSlice, beta: BufferSlice, activation: Activation,
    mean: BufferSlice, spread: BufferSlice
  ) {
    self.shape = shape
    self.gamma = gamma
    self.beta = beta
    self.activation = activation
    self.mean = mean
    self.spread = spread
  }

  /// Rows of a chunk: enough for a work-item, and at most 256 chunks a sample to combine.
  var length: Int { max(64, (shape.spatial + 255) / 256) }
  var chunks: Int { (shape.spatial + length - 1) / length }
  /// Elements of `parts` numbers for each channel and chunk, `[N, chunks, parts, C]`.
  func partialCount(_ parts: Int) -> Int { shape.batch * chunks * parts * shape.channels }

  /// Arguments from `batch` to `length`.
  var sizes: [KernelArgument] {
    [
      .int(shape.batch), .int(shape.spatial), .int(shape.channels), .int(shape.groups),
      .int(length),
    ]
  }

  /// Arguments from `activation` to `spread`.
  func operands(_ x: BufferSlice) -> [KernelArgument] {
    [
      .int(Int(activation.rawValue)), .input(x), .input(gamma), .input(beta), .input(mean),
      .input(spread),
    ]
  }

  /// Arguments `epsilon` and `isVariance`.
  var kind: [KernelArgument] {
    [.float(varianceEpsilon ?? 0), .flag(varianceEpsilon != nil)]
  }
}

extension OpenCLBackend {
  /// Writes mean and spread, then activation(x̂·gamma + beta).
  func normalize(
    _ layout: NormalizationLayout, epsilon: Float, _ x: BufferSlice, into: BufferSlice
  ) {
    guard x.count > 0 else { return }
    let shape = layout.shape
    let strips = shape.batch * layout.chunks * vectors(shape.channels)
    let partial = temporary(layout.partialCount(3))
    let residual = temporary(shape.statisticsCount)
    context.launch(
      .normalization, "chunkMoments", items: strips,
      [
        .input(x), .buffer(partial), .int(shape.batch), .int(shape.spatial),
        .int(shape.channels), .int(layout.length),
      ])
    context.launch(
      .normalization, "combineMoments", rows: shape.statisticsCount,
      [.buffer(partial), .output(layout.mean), .output(layout.spread), .buffer(residual)]
        + layout.sizes
        + [.float(epsilon), .flag(layout.varianceEpsilon != nil)])
    context.launch(
      .normalization, "normalizeGroups", items: strips,
      layout.operands(x) + [.buffer(residual), .output(into)] + layout.sizes + layout.kind)
  }

  /// Writes the gradients of `normalize`, from `upstream` and the mean and spread it saved.
  func differentiate(
    _ layout: NormalizationLayout, _ x: BufferSlice, upstream: BufferSlice,
    inputGradient: BufferSlice, gammaGradient: BufferSlice, betaGradient: BufferSlice
  ) {
    guard x.count > 0 else {
      fill(gammaGradient, with: 0)
      return fill(betaGradient, with: 0)
    }
    let shape = layout.shape
    let channels = shape.channels
    let strips = shape.batch * layout.chunks * vectors(channels)
    let partial = temporary(layout.partialCount(3))
    context.launch(
      .normalization, "chunkGradientSums", items: strips,
      layout.operands(x) + [.input(upstream), .buffer(partial)] + layout.sizes + layout.kind)
    // [N, 3, C]: Σ ∂z, Σ ∂z·x̂ and Σ x̂.
    let sampleSums = temporary(shape.batch * 3 * channels)[shape.batch * 3 * channels]
    reduceColumns(
      .sum, partial[layout.partialCount(3)], batch: shape.batch, rows: layout.chunks,
      columns: 3 * channels, scale: 1, into: sampleSums)
    let means = temporary(3 * shape.statisticsCount)
    context.launch(
      .normalization, "groupGradientMeans", items: shape.statisticsCount,
      [
        .buffer(sampleSums.buffer), .input(layout.gamma), .buffer(means), .int(shape.batch),
        .int(shape.spatial), .int(channels), .int(shape.groups),
      ])
    context.launch(
      .normalization, "normalizeGradient", items: strips,
      layout.operands(x) + [.input(upstream), .buffer(means), .output(inputGradient)]
        + layout.sizes + layout.kind)
    var sums = sampleSums
    if shape.batch > 1 {
      sums = temporary(3 * channels)[3 * channels]
      reduceColumns(
        .sum, sampleSums, batch: 1, rows: shape.batch, columns: 3 * channels, scale: 1, into: sums)
    }
    copy(sums.range(from: 0, count: channels), into: betaGradient)
    copy(sums.range(from: channels, count: channels), into: gammaGradient)
  }
}

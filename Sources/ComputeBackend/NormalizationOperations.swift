/// Group normalisation of `[N, spatial, C]` in `groups` groups of adjacent channels.
///
/// Instance normalisation is `groups == channels`, layer normalisation over (spatial, C) one group.
public struct GroupNormShape: Hashable, Sendable {
  public var batch: Int
  public var spatial: Int
  public var channels: Int
  public var groups: Int

  public init(batch: Int, spatial: Int, channels: Int, groups: Int) {
    precondition(
      groups > 0 && channels % groups == 0,
      "GroupNormShape: \(channels) channels do not divide into \(groups) groups")
    self.batch = batch
    self.spatial = spatial
    self.channels = channels
    self.groups = groups
  }

  public var count: Int { batch * spatial * channels }
  /// Elements of a per-group statistic `[N, groups]`.
  public var statisticsCount: Int { batch * groups }
}

/// Group and batch normalisation; variances are biased (divided by the count).
public protocol NormalizationOperations {
  /// y = activation((x − mean)·rstd·gamma + beta); writes `mean` and `rstd` `[N, groups]`.
  /// gamma, beta: `[C]`. `activation` is `.identity`, `.relu` or `.silu`.
  func groupNorm(
    _ shape: GroupNormShape, _ x: BufferSlice, gamma: BufferSlice, beta: BufferSlice,
    epsilon: Float, activation: Activation, into: BufferSlice, mean: BufferSlice,
    rstd: BufferSlice)
  /// Gradients from `upstream` (of y) and what the forward pass saved.
  func groupNormGradient(
    _ shape: GroupNormShape, _ x: BufferSlice, gamma: BufferSlice, beta: BufferSlice,
    activation: Activation, mean: BufferSlice, rstd: BufferSlice, upstream: BufferSlice,
    inputGradient: BufferSlice, gammaGradient: BufferSlice, betaGradient: BufferSlice)
  /// Batch normalisation in training of x `[rows, C]`; writes `mean` and biased `variance` `[C]`.
  func batchNorm(
    rows: Int, channels: Int, _ x: BufferSlice, gamma: BufferSlice, beta: BufferSlice,
    epsilon: Float, activation: Activation, into: BufferSlice, mean: BufferSlice,
    variance: BufferSlice)
  /// Gradients from `upstream` (of y) and what the forward pass saved.
  func batchNormGradient(
    rows: Int, channels: Int, _ x: BufferSlice, gamma: BufferSlice, beta: BufferSlice,
    epsilon: Float, activation: Activation, mean: BufferSlice, variance: BufferSlice,
    upstream: BufferSlice, inputGradient: BufferSlice, gammaGradient: BufferSlice,
    betaGradient: BufferSlice)
}

/// Multi-head attention over queries `[B, queries, heads·headSize]` and keys, values
/// `[B, keys, heads·headSize]`; a head's channels are adjacent.
public struct AttentionShape: Hashable, Sendable {
  public var batch: Int
  public var queries: Int
  public var keys: Int
  public var heads: Int
  public var headSize: Int
  /// Multiplies the scores before the softmax; usually headSize^−½.
  public var scale: Float

  public init(batch: Int, queries: Int, keys: Int, heads: Int, headSize: Int, scale: Float) {
    self.batch = batch
    self.queries = queries
    self.keys = keys
    self.heads = heads
    self.headSize = headSize
    self.scale = scale
  }

  public var queryCount: Int { batch * queries * heads * headSize }
  public var keyCount: Int { batch * keys * heads * headSize }
  /// Elements of the saved log-sum-exp `[B, heads, queries]`.
  public var logSumExpCount: Int { batch * heads * queries }
  /// Floating-point operations of the two products, scores and weighted sum.
  public var flops: Int { 2 * 2 * batch * heads * queries * keys * headSize }
  /// Floating-point operations of the gradient's five products: the scores again, and the gradients
  /// of weights, values, queries and keys.
  public var gradientFlops: Int { flops / 2 * 5 }
}

/// Softmax attention with saved log-sum-exp.
public protocol AttentionOperations {
  /// into = softmax(scale·q·kᵀ)·v per head; writes `logSumExp` `[B, heads, queries]`.
  func attention(
    _ shape: AttentionShape, queries: BufferSlice, keys: BufferSlice, values: BufferSlice,
    into: BufferSlice, logSumExp: BufferSlice)
  /// Gradients from `upstream` (of the output) and what the forward pass saved.
  func attentionGradient(
    _ shape: AttentionShape, queries: BufferSlice, keys: BufferSlice, values: BufferSlice,
    output: BufferSlice, logSumExp: BufferSlice, upstream: BufferSlice,
    queriesGradient: BufferSlice, keysGradient: BufferSlice, valuesGradient: BufferSlice)
}

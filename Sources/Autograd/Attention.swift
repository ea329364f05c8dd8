import ComputeBackend

/// softmax(scale·q·kᵀ)·v for each head: queries `[B, N, heads·size]`, keys and values
/// `[B, M, heads·size]`, to `[B, N, heads·size]`.
///
/// A head's channels are adjacent. `scale` is usually size^−½.
public func attention(
  queries: Tensor, keys: Tensor, values: Tensor, heads: Int, scale: Float
) -> Tensor {
  precondition(
    queries.shape.count == 3 && keys.shape.count == 3 && keys.shape == values.shape
      && queries.shape[0] == keys.shape[0] && queries.shape[2] == keys.shape[2]
      && queries.shape[2] % heads == 0,
    """
    attention: queries \(queries.shape), keys \(keys.shape), values \(values.shape), \
    \(heads) heads
    """)
  let backend = queries.backend
  let shape = AttentionShape(
    batch: queries.shape[0], queries: queries.shape[1], keys: keys.shape[1], heads: heads,
    headSize: queries.shape[2] / heads, scale: scale)
  let output = Tensor.empty(queries.shape, on: backend)
  let logSumExp = backend.makeBuffer(count: shape.logSumExpCount)[shape.logSumExpCount]
  backend.attention(
    shape, queries: queries.slice, keys: keys.slice, values: values.slice, into: output.slice,
    logSumExp: logSumExp)
  return output.recorded(from: [queries, keys, values]) { upstream in
    let gradients = [queries, keys, values].map { Tensor.empty($0.shape, on: backend) }
    backend.attentionGradient(
      shape, queries: queries.slice, keys: keys.slice, values: values.slice,
      output: output.slice, logSumExp: logSumExp, upstream: upstream.slice,
      queriesGradient: gradients[0].slice, keysGradient: gradients[1].slice,
      valuesGradient: gradients[2].slice)
    return gradients
  } composition: {
    Composition.attention(queries: $0[0], keys: $0[1], values: $0[2], heads: heads, scale: scale)
  }
}

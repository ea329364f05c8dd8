import ComputeBackend

/// Softmax along the last axis.
public func softmax(_ x: Tensor) -> Tensor {
  let backend = x.backend
  let (rows, columns) = (x.rowBlock.outer, x.rowBlock.inner)
  let output = Tensor.empty(x.shape, on: backend)
  backend.softmax(x.slice, rows: rows, columns: columns, into: output.slice)
  return output.recorded(from: [x]) { upstream in
    let gradient = Tensor.empty(output.shape, on: backend)
    backend.softmaxGradient(
      output.slice, upstream: upstream.slice, rows: rows, columns: columns, into: gradient.slice)
    return [gradient]
  } composition: {
    Composition.softmax($0[0])
  }
}

/// −log softmax(logits)[label] of each sample: logits `[N, K]`, labels `[N]`, losses `[N]`.
public func softmaxCrossEntropy(_ logits: Tensor, labels: IndexTensor) -> Tensor {
  precondition(
    logits.shape.count == 2 && labels.shape == [logits.shape[0]],
    "softmaxCrossEntropy: logits \(logits.shape), labels \(labels.shape)")
  let backend = logits.backend
  let (rows, columns) = (logits.shape[0], logits.shape[1])
  let losses = Tensor.empty([rows], on: backend)
  backend.softmaxCrossEntropy(
    logits.slice, labels: labels.slice, rows: rows, columns: columns, losses: losses.slice)
  return losses.recorded(from: [logits]) { upstream in
    let gradient = Tensor.empty(logits.shape, on: backend)
    backend.softmaxCrossEntropyGradient(
      logits.slice, labels: labels.slice, upstream: upstream.slice, rows: rows, columns: columns,
      into: gradient.slice)
    return [gradient]
  } composition: {
    Composition.softmaxCrossEntropy($0[0], labels: labels)
  }
}

/// log softmax along the last axis, finite where a softmax would be rounded to zero.
public func logSoftmax(_ x: Tensor) -> Tensor { Composition.logSoftmax(x) }

/// KL(p ‖ q) = Σ p·(log p − log q) of each row: logarithms `[N, K]` of distributions to `[N]`.
public func klDivergence(of logP: Tensor, from logQ: Tensor) -> Tensor {
  precondition(
    logP.shape == logQ.shape && logP.shape.count == 2,
    "klDivergence: shapes \(logP.shape) and \(logQ.shape)")
  return (logP.exp() * (logP - logQ)).reduced(
    .sum, shape: logP.rowBlock, keeping: .outer, resultShape: [logP.shape[0]])
}

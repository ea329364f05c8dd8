import ComputeBackend

/// Each fused function as a composition of differentiable ones.
///
/// They define what the fused kernels must equal, and stand in for them where the gradient itself
/// is to be differentiated.
package enum Composition {
  package static func groupNorm(
    _ x: Tensor, gamma: Tensor, beta: Tensor, groups: Int, epsilon: Float,
    activation: Activation
  ) -> Tensor {
    let (samples, pixels, channels) = (x.block.outer, x.block.middle, x.block.inner)
    let size = channels / groups
    // [N, S, G, C/G] to [N·G, S·C/G]: one row for each mean.
    let rows = x.reshaped([samples, pixels, groups, size]).permuted([0, 2, 1, 3])
      .reshaped([samples * groups, pixels * size])
    let normalized = standardized(rows, keeping: .outer, epsilon: epsilon)
      .reshaped([samples, groups, pixels, size]).permuted([0, 2, 1, 3]).reshaped(x.shape)
    return normalized.multiplying(gamma, over: .inner).adding(beta, over: .inner)
      .activated(activation)
  }

  package static func batchNorm(
    _ x: Tensor, gamma: Tensor, beta: Tensor, epsilon: Float, activation: Activation
  ) -> Tensor {
    let channels = gamma.count
    let rows = x.reshaped([x.count / channels, channels])
    return standardized(rows, keeping: .inner, epsilon: epsilon)
      .multiplying(gamma, over: .inner).adding(beta, over: .inner)
      .activated(activation).reshaped(x.shape)
  }

  /// (x − mean) / √(variance + ε) of a matrix, by rows or columns.
  private static func standardized(
    _ x: Tensor, keeping axes: BlockAxes, epsilon: Float
  ) -> Tensor {
    let block = x.rowBlock
    let kept = block.count(keeping: axes)
    let scale = Float(kept) / Float(x.count)
    let mean = x.reduced(.sum, shape: block, keeping: axes, scale: scale, resultShape: [kept])
    let centered = x.combined(.subtract, mean, shape: block, axes: axes)
    let variance = centered.reduced(
      .sumOfSquares, shape: block, keeping: axes, scale: scale, resultShape: [kept])
    return centered.combined(
      .multiply, (variance + epsilon).reciprocalSquareRoot(), shape: block, axes: axes)
  }

  package static func modulate(
    _ x: Tensor, scale: Tensor, shift: Tensor, perSample: Bool, activation: Activation
  ) -> Tensor {
    let axes: BlockAxes = perSample ? [.outer, .inner] : .inner
    return x.multiplying(scale, over: axes).adding(shift, over: axes).activated(activation)
  }

  package static func linear(
    _ x: Tensor, weight: Tensor, bias: Tensor, residual: Tensor, activation: Activation
  ) -> Tensor {
    let product = matrixProduct(x, weight, transposeB: true)
    return (product.adding(bias, over: .inner) + residual).activated(activation)
  }

  package static func convolve(
    _ x: Tensor, weight: Tensor, bias: Tensor, sampleBias: Tensor, residual: Tensor, stride: Int,
    padding: Conv2DGeometry.Padding, groups: Int, activation: Activation
  ) -> Tensor {
    let plain = Autograd.convolve(
      x, weight: weight, stride: stride, padding: padding, groups: groups)
    return
      (plain.adding(bias, over: .inner).adding(sampleBias, over: [.outer, .inner]) + residual)
      .activated(activation)
  }

  package static func softmax(_ x: Tensor) -> Tensor {
    let block = x.rowBlock
    let exponentials = shiftedExponentials(x)
    let sums = exponentials.reduced(
      .sum, shape: block, keeping: .outer, resultShape: [block.outer])
    return exponentials.combined(.divide, sums, shape: block, axes: .outer)
  }

  package static func softmaxCrossEntropy(_ logits: Tensor, labels: IndexTensor) -> Tensor {
    let (rows, columns) = (logits.shape[0], logits.shape[1])
    var identity = [Float](repeating: 0, count: columns * columns)
    for index in 0..<columns { identity[index * (columns + 1)] = 1 }
    let chosen = Tensor(identity, shape: [columns, columns], on: logits.backend)
      .gatheredRows(labels)
    return (logSoftmax(logits) * chosen).reduced(
      .sum, shape: logits.rowBlock, keeping: .outer, scale: -1, resultShape: [rows])
  }

  static func logSoftmax(_ x: Tensor) -> Tensor {
    let block = x.rowBlock
    let sums = shiftedExponentials(x).reduced(
      .sum, shape: block, keeping: .outer, resultShape: [block.outer])
    return x.combined(.subtract, sums.log() + rowMaxima(x), shape: block, axes: .outer)
  }

  /// exp(x − the row's maximum); the shift cancels, so it has no gradient.
  private static func shiftedExponentials(_ x: Tensor) -> Tensor {
    x.combined(.subtract, rowMaxima(x), shape: x.rowBlock, axes: .outer).exp()
  }

  private static func rowMaxima(_ x: Tensor) -> Tensor {
    x.detached().reduced(
      .maximum, shape: x.rowBlock, keeping: .outer, resultShape: [x.rowBlock.outer])
  }

  package static func attention(
    queries: Tensor, keys: Tensor, values: Tensor, heads: Int, scale: Float
  ) -> Tensor {
    // [B, N, heads·size] to [B, heads, N, size] and back.
    func split(_ x: Tensor) -> Tensor {
      x.reshaped([x.shape[0], x.shape[1], heads, x.shape[2] / heads]).permuted([0, 2, 1, 3])
    }
    let scores = matrixProduct(split(queries), split(keys), transposeB: true) * scale
    return matrixProduct(softmax(scores), split(values)).permuted([0, 2, 1, 3])
      .reshaped(queries.shape)
  }
}

import ComputeBackend

/// activation(x ⋆ weight + bias + sampleBias + residual), a cross-correlation as in PyTorch.
///
/// - Parameters:
///   - x: `[N, H, W, I]`.
///   - weight: `[O, kH, kW, I / groups]`.
///   - bias: `[O]`.
///   - sampleBias: `[N, O]`, added to every pixel of a sample.
///   - residual: the output's shape `[N, oH, oW, O]`.
public func convolve(
  _ x: Tensor, weight: Tensor, bias: Tensor? = nil, sampleBias: Tensor? = nil,
  residual: Tensor? = nil, stride: Int = 1, padding: Conv2DGeometry.Padding, groups: Int = 1,
  activation: Activation = .identity
) -> Tensor {
  precondition(
    x.shape.count == 4 && weight.shape.count == 4 && x.shape[3] == weight.shape[3] * groups,
    "convolve: x \(x.shape), weight \(weight.shape), \(groups) groups")
  let geometry = Conv2DGeometry(
    batch: x.shape[0], inputHeight: x.shape[1], inputWidth: x.shape[2], inputChannels: x.shape[3],
    outputChannels: weight.shape[0], kernelHeight: weight.shape[1], kernelWidth: weight.shape[2],
    stride: stride, padding: padding, groups: groups)
  let shape = geometry.outputShape
  let (samples, channels) = (shape[0], shape[3])
  precondition(
    (bias.map { $0.shape == [channels] } ?? true)
      && (sampleBias.map { $0.shape == [samples, channels] } ?? true)
      && (residual.map { $0.shape == shape } ?? true),
    """
    convolve: bias \(bias?.shape ?? []), sample bias \(sampleBias?.shape ?? []), residual \
    \(residual?.shape ?? []) for an output \(shape)
    """)
  var terms = Rule.convolution(geometry, x, weight)
  terms.append((bias, { $0.summedToChannels() }))
  terms.append(
    (
      sampleBias,
      {
        $0.reduced(
          .sum, shape: $0.block, keeping: [.outer, .inner], resultShape: [samples, channels])
      }
    ))
  terms.append((residual, { $0 }))
  return fusing(activation, terms) { activation in
    let output = Tensor.empty(shape, on: x.backend)
    let epilogue = Epilogue(
      bias: bias?.slice, sampleBias: sampleBias?.slice, residual: residual?.slice,
      activation: activation)
    x.backend.convolve(
      geometry, input: x.slice, weight: weight.slice, epilogue: epilogue, into: output.slice)
    return output
  }
}

/// x ⋆ weight with nothing added.
func convolve(_ geometry: Conv2DGeometry, _ x: Tensor, _ weight: Tensor) -> Tensor {
  let output = Tensor.empty(geometry.outputShape, on: x.backend)
  x.backend.convolve(
    geometry, input: x.slice, weight: weight.slice, epilogue: Epilogue(), into: output.slice)
  return output.recorded(Rule.convolution(geometry, x, weight))
}

/// The gradient `[N, H, W, I]` for a convolution's input.
func convolveInputGradient(
  _ geometry: Conv2DGeometry, outputGradient: Tensor, weight: Tensor
) -> Tensor {
  let output = Tensor.empty(geometry.inputShape, on: weight.backend)
  weight.backend.convolveInputGradient(
    geometry, outputGradient: outputGradient.slice, weight: weight.slice, into: output.slice)
  return output.recorded(
    Rule.convolutionInputGradient(geometry, outputGradient: outputGradient, weight: weight))
}

/// The gradient `[O, kH, kW, I / groups]` for a convolution's weight.
func convolveWeightGradient(
  _ geometry: Conv2DGeometry, input: Tensor, outputGradient: Tensor
) -> Tensor {
  let output = Tensor.empty(geometry.weightShape, on: input.backend)
  input.backend.convolveWeightGradient(
    geometry, input: input.slice, outputGradient: outputGradient.slice, into: output.slice)
  return output.recorded(
    Rule.convolutionWeightGradient(geometry, input: input, outputGradient: outputGradient))
}

extension Conv2DGeometry {
  var inputShape: [Int] { [batch, inputHeight, inputWidth, inputChannels] }
  var outputShape: [Int] { [batch, outputHeight, outputWidth, outputChannels] }
  var weightShape: [Int] {
    [outputChannels, kernelHeight, kernelWidth, inputChannels / groups]
  }
}

import Autograd
import ComputeBackend
import NeuralNet

/// A convolution, usually without bias, followed by batch normalisation.
///
/// With constant weights in evaluation the normalisation is folded into the convolution once:
/// w′ = w·γ/√(σ² + ε), bias = β + (b − μ)·γ/√(σ² + ε), which leaves one kernel with its activation.
final class ConvolutionNorm: Module {
  private let convolution: Conv2D
  private let norm: BatchNorm2D
  private var folded: Folded?

  init(
    convolution: String, norm: String, inputs: Int, outputs: Int, kernel: Int, stride: Int = 1,
    groups: Int = 1, bias: Bool = false, statistics: NormStatistics = .standard,
    from weights: any WeightSource
  ) throws {
    self.convolution = try Conv2D(
      convolution, inputs: inputs, outputs: outputs, kernel: kernel, stride: stride,
      padding: .symmetric(kernel / 2), groups: groups, bias: bias, from: weights,
      initializer: .kaimingNormalFanOut)
    self.norm = try BatchNorm2D(
      norm, channels: outputs, epsilon: statistics.epsilon, momentum: statistics.momentum,
      from: weights)
  }

  func collectParameters(into list: inout ParameterList) {
    convolution.collectParameters(into: &list)
    norm.collectParameters(into: &list)
  }

  /// activation(norm(x ⋆ w) + residual).
  func callAsFunction(
    _ x: Tensor, residual: Tensor? = nil, activation: Activation = .identity
  ) -> Tensor {
    if isConstant {
      let folded = currentFolded()
      return convolve(
        x, weight: folded.weight, bias: folded.bias, residual: residual,
        stride: convolution.stride, padding: convolution.padding, groups: convolution.groups,
        activation: activation)
    }
    guard let residual else { return norm(convolution(x), activation: activation) }
    return (norm(convolution(x)) + residual).activated(activation)
  }

  private var parameters: [Parameter] {
    [convolution.weight, norm.weight, norm.bias, norm.runningMean, norm.runningVariance]
      + (convolution.bias.map { [$0] } ?? [])
  }

  /// Whether neither the batch's statistics, nor gradients of the weights, nor what lies between
  /// the two layers are wanted.
  private var isConstant: Bool {
    !norm.isTraining && norm.onInput == nil && !parameters.contains { $0.value.isRecorded }
  }

  private func currentFolded() -> Folded {
    let versions = parameters.map {
      $0.value.slice.buffer.derived(Version.key) { Version() }
    }
    if let folded, zip(folded.versions, versions).allSatisfy({ $0 === $1 }) { return folded }
    let scale =
      norm.weight.value
      * (norm.runningVariance.value + norm.epsilon)
      .reciprocalSquareRoot()
    let mean = convolution.bias.map { norm.runningMean.value - $0.value } ?? norm.runningMean.value
    let new = Folded(
      weight: convolution.weight.value.multiplying(scale, over: .outer),
      bias: norm.bias.value - mean * scale, versions: versions)
    folded = new
    return new
  }
}

/// How batch normalizations divide and follow the statistics.
struct NormStatistics: Sendable {
  var epsilon: Float
  var momentum: Float

  /// PyTorch's defaults.
  static let standard = NormStatistics(epsilon: 1e-5, momentum: 0.1)
  /// Of torchvision's MobileNetV3 and of the larger EfficientNets.
  static let mobile = NormStatistics(epsilon: 1e-3, momentum: 0.01)
}

/// A weight and bias computed from parameters, valid until one of these is written.
private struct Folded {
  var weight: Tensor
  var bias: Tensor
  var versions: [Version]
}

/// Data derived from a buffer's contents, so a new one appears when the buffer is written.
private final class Version {
  static let key = "ConvolutionNorm.Version"
}

import Autograd
import ComputeBackend
import NeuralNet

/// The block of MobileNetV2, V3 and EfficientNet: maybe a 1×1 convolution to more channels, a
/// depthwise one, maybe attention to channels, a 1×1 convolution to fewer; the input is added where
/// it has the output's shape.
final class InvertedResidual: Module {
  /// The tensor names of its parts: convolution and normalization.
  struct Names {
    var expansion: (String, String)?
    var depthwise: (String, String)
    /// Reduction and expansion.
    var attention: (String, String)?
    var projection: (String, String)
  }

  let outputs: Int
  private let expansion: ConvolutionNorm?
  private let depthwise: ConvolutionNorm
  private let attention: SqueezeExcitation?
  private let projection: ConvolutionNorm
  private let activation: MobileActivation
  private let addsInput: Bool

  init(
    _ names: Names, inputs: Int, stride: Int, activation: MobileActivation,
    gate: SqueezeExcitation.Gate, statistics: NormStatistics, _ layers: LayerFactory
  ) throws {
    self.activation = activation
    var channels = inputs
    if let expansion = names.expansion {
      let (layer, wide) = try layers.convolutionNorm(
        expansion.0, expansion.1, inputs: inputs, statistics: statistics)
      self.expansion = layer
      channels = wide
    } else {
      expansion = nil
    }
    (depthwise, channels) = try layers.convolutionNorm(
      names.depthwise.0, names.depthwise.1, inputs: channels, stride: stride,
      statistics: statistics)
    attention = try names.attention.map {
      [channels] in
      try SqueezeExcitation($0.0, $0.1, channels: channels, gate: gate, layers)
    }
    (projection, outputs) = try layers.convolutionNorm(
      names.projection.0, names.projection.1, inputs: channels, statistics: statistics)
    addsInput = stride == 1 && inputs == outputs
  }

  func collectParameters(into list: inout ParameterList) {
    expansion?.collectParameters(into: &list)
    depthwise.collectParameters(into: &list)
    attention?.collectParameters(into: &list)
    projection.collectParameters(into: &list)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    var h = expansion.map { activation.after($0, x) } ?? x
    h = activation.after(depthwise, h)
    if let attention { h = attention(h) }
    return projection(h, residual: addsInput ? x : nil)
  }
}

/// Attention to channels: each is multiplied by a factor that follows from the means of all
/// ("Squeeze-and-Excitation Networks").
final class SqueezeExcitation: Module {
  /// The function after the reduction, and the factor.
  enum Gate {
    /// ReLU and hard sigmoid, as in MobileNetV3.
    case hard
    /// SiLU and sigmoid, as in EfficientNet.
    case smooth
  }

  private let reduction: Conv2D
  private let expansion: Conv2D
  private let gate: Gate

  init(
    _ reduction: String, _ expansion: String, channels: Int, gate: Gate, _ layers: LayerFactory
  ) throws {
    let (first, inner) = try layers.convolution(reduction, inputs: channels)
    self.reduction = first
    let outputs: Int
    (self.expansion, outputs) = try layers.convolution(expansion, inputs: inner)
    self.gate = gate
    if outputs != channels {
      _ = try layers.weights.tensor("\(expansion).weight", shape: [channels, inner, 1, 1])
    }
  }

  func collectParameters(into list: inout ParameterList) {
    reduction.collectParameters(into: &list)
    expansion.collectParameters(into: &list)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let (batch, channels) = (x.shape[0], x.shape[3])
    let means = globalAveragePool(x).reshaped([batch, 1, 1, channels])
    let inner = reduction(means, activation: gate == .hard ? .relu : .silu)
    let factors =
      gate == .hard
      ? MobileActivation.hardSigmoid(expansion(inner)) : expansion(inner, activation: .sigmoid)
    return x.multiplying(factors.reshaped([batch, channels]), over: [.outer, .inner])
  }
}

/// The activations of networks for telephones.
enum MobileActivation {
  case relu, silu
  /// x·clamp(x/6 + 1/2, 0, 1) ("Searching for MobileNetV3").
  case hardSwish

  /// clamp(x/6 + 1/2, 0, 1).
  static func hardSigmoid(_ x: Tensor) -> Tensor {
    x.affine(scale: 1 / 6, offset: 0.5).clamped(0, 1)
  }

  func after(_ layer: ConvolutionNorm, _ x: Tensor) -> Tensor {
    switch self {
    case .relu: return layer(x, activation: .relu)
    case .silu: return layer(x, activation: .silu)
    case .hardSwish: return apply(layer(x))
    }
  }

  func apply(_ x: Tensor) -> Tensor {
    switch self {
    case .relu: x.relu()
    case .silu: x.silu()
    case .hardSwish: x * Self.hardSigmoid(x)
    }
  }
}

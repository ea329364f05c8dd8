import Autograd
import ComputeBackend
import NeuralNet

/// The residual block of a U-Net, `ResnetBlock2D` of diffusers.
///
///     h = conv1(resample(act(norm1(x)))) + proj(act(e))
///     y = (shortcut(resample(x)) + conv2(act(norm2(h)))) / outputScale
///
/// With scale and shift the embedding e enters after norm2 instead: act(norm2(h)·(1 + s) + b).
final class ResidualBlock: Module {
  /// What happens to the resolution inside the block.
  enum Resampling {
    case none, down, up
    /// By the filter of NCSN++.
    case filteredDown, filteredUp
  }

  private let norm1: GroupNorm
  private let conv1: Conv2D
  private let timeProjection: Linear
  private let norm2: GroupNorm
  private let conv2: Conv2D
  private let shortcut: Conv2D?
  private let activation: Activation
  private let usesScaleShift: Bool
  private let outputScale: Float
  private let resampling: Resampling

  /// - Parameters:
  ///   - groups: of the two normalizations; `nil` for the configuration's.
  ///   - projectsShortcut: has a 1×1 convolution in the shortcut even if no channels change.
  init(
    _ path: String, inputs: Int, outputs: Int, outputScale: Float = 1,
    resampling: Resampling = .none, groups: (input: Int, output: Int)? = nil,
    projectsShortcut: Bool = false, _ configuration: UNet2DConfiguration,
    from weights: any WeightSource
  ) throws {
    activation = configuration.activation.activation
    usesScaleShift = configuration.timeScaleShift == .scaleShift
    self.outputScale = outputScale
    self.resampling = resampling
    let groups =
      groups ?? (configuration.groups(of: inputs), configuration.groups(of: outputs))
    let epsilon = configuration.normEpsilon
    norm1 = try GroupNorm(
      "\(path).norm1", channels: inputs, groups: groups.input, epsilon: epsilon, from: weights)
    conv1 = try Conv2D(
      "\(path).conv1", inputs: inputs, outputs: outputs, kernel: 3, from: weights)
    timeProjection = try Linear(
      "\(path).time_emb_proj", inputs: configuration.timeWidth,
      outputs: usesScaleShift ? 2 * outputs : outputs, from: weights)
    norm2 = try GroupNorm(
      "\(path).norm2", channels: outputs, groups: groups.output, epsilon: epsilon, from: weights)
    conv2 = try Conv2D(
      "\(path).conv2", inputs: outputs, outputs: outputs, kernel: 3, from: weights)
    shortcut =
      inputs == outputs && !projectsShortcut
      ? nil
      : try Conv2D(
        "\(path).conv_shortcut", inputs: inputs, outputs: outputs, kernel: 1, from: weights)
  }

  func collectParameters(into list: inout ParameterList) {
    for module in [norm1, conv1, timeProjection, norm2, conv2] as [any Module] {
      module.collectParameters(into: &list)
    }
    shortcut?.collectParameters(into: &list)
  }

  /// - Parameters:
  ///   - x: `[N, H, W, I]`
  ///   - time: activated time embedding `[N, timeWidth]`
  /// - Returns: `[N, H′, W′, O]`
  func callAsFunction(_ x: consuming Tensor, time: Tensor) -> Tensor {
    let skip = self.skip(x)
    let projection = timeProjection(time)
    // Each result is gone when the next one is there, x too: 48 MiB for 32 images at the top.
    var h = norm1(consume x, activation: activation)
    h = resampled(h)
    if usesScaleShift {
      h = norm2(conv1(h))
      h = scaledAndShifted(h, by: projection)
    } else {
      h = conv1(h, sampleBias: projection)
      h = norm2(h, activation: activation)
    }
    h = conv2(h, residual: skip)
    return outputScale == 1 ? h : h / outputScale
  }

  private func skip(_ x: Tensor) -> Tensor {
    let x = resampled(x)
    return shortcut?(x) ?? x
  }

  private func scaledAndShifted(_ h: Tensor, by projection: Tensor) -> Tensor {
    let channels = projection.shape[1] / 2
    return modulate(
      h, scale: projection.channels(0..<channels) + 1,
      shift: projection.channels(channels..<2 * channels), perSample: true,
      activation: activation)
  }

  private func resampled(_ x: Tensor) -> Tensor {
    switch resampling {
    case .none: x
    case .down: averagePool(x, factor: 2)
    case .up: upsampleNearest(x, factor: 2)
    case .filteredDown: filteredHalf(x)
    case .filteredUp: filteredDouble(x)
    }
  }
}

extension UNet2DConfiguration.ActivationName {
  var activation: Activation {
    switch self {
    case .silu, .swish: .silu
    case .relu: .relu
    case .gelu: .gelu
    }
  }
}

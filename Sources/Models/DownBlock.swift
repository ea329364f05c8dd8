import Autograd
import ComputeBackend
import NeuralNet

/// A resolution level on the way down: residual blocks, maybe attention, then half the resolution.
final class DownBlock: DownLevel {
  private enum Downsampler {
    case convolution(Conv2D)
    case resnet(ResidualBlock)
  }

  private let resnets: [ResidualBlock]
  private let attentions: [AttentionBlock]
  private let downsampler: Downsampler?

  /// - Parameter level: 0 at the full resolution.
  init(level: Int, _ configuration: UNet2DConfiguration, from weights: any WeightSource) throws {
    let path = "down_blocks.\(level)"
    let type = configuration.downBlockTypes[level]
    let channels = configuration.blockOutputChannels[level]
    let incoming = configuration.blockOutputChannels[max(level - 1, 0)]
    resnets = try (0..<configuration.layersPerBlock).map { j in
      try ResidualBlock(
        "\(path).resnets.\(j)", inputs: j == 0 ? incoming : channels, outputs: channels,
        configuration,
        from: weights)
    }
    attentions =
      type != .attention
      ? []
      : try (0..<configuration.layersPerBlock).map { j in
        try AttentionBlock(
          "\(path).attentions.\(j)", channels: channels, groups: configuration.groups(of: channels),
          configuration, from: weights)
      }
    guard level + 1 < configuration.blockOutputChannels.count else {
      downsampler = nil
      return
    }
    // Only attention levels follow `downsample_type`.
    let usesResnet =
      type == .resnet || type == .attention && configuration.downsampleType == .resnet
    downsampler =
      usesResnet
      ? .resnet(
        try ResidualBlock(
          "\(path).downsamplers.0", inputs: channels, outputs: channels, resampling: .down,
          configuration, from: weights))
      : .convolution(
        try Conv2D(
          "\(path).downsamplers.0.conv", inputs: channels, outputs: channels, kernel: 3, stride: 2,
          padding: configuration.downsamplePadding == 0
            ? .init(top: 0, bottom: 1, left: 0, right: 1) : .symmetric(1),
          from: weights))
  }

  func collectParameters(into list: inout ParameterList) {
    resnets.forEach { $0.collectParameters(into: &list) }
    attentions.forEach { $0.collectParameters(into: &list) }
    switch downsampler {
    case .convolution(let convolution)?: convolution.collectParameters(into: &list)
    case .resnet(let block)?: block.collectParameters(into: &list)
    case nil: break
    }
  }

  func callAsFunction(_ x: Tensor, time: Tensor, path: inout UNetPath) -> Tensor {
    var h = x
    for (j, resnet) in resnets.enumerated() {
      h = resnet(h, time: time)
      if !attentions.isEmpty { h = attentions[j](h) }
      path.skips.append(h)
    }
    switch downsampler {
    case .convolution(let convolution)?: h = convolution(h)
    case .resnet(let block)?: h = block(h, time: time)
    case nil: return h
    }
    path.skips.append(h)
    return h
  }
}

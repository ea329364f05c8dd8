import Autograd
import NeuralNet

/// A resolution level on the way up: residual blocks that each take one skip connection, maybe
/// attention, then twice the resolution.
final class UpBlock: UpLevel {
  private enum Upsampler {
    case convolution(Conv2D)
    case resnet(ResidualBlock)
  }

  private let resnets: [ResidualBlock]
  private let attentions: [AttentionBlock]
  private let upsampler: Upsampler?

  /// - Parameter level: 0 at the lowest resolution.
  init(level: Int, _ configuration: UNet2DConfiguration, from weights: any WeightSource) throws {
    let path = "up_blocks.\(level)"
    let type = configuration.upBlockTypes[level]
    let widths = Array(configuration.blockOutputChannels.reversed())
    let channels = widths[level]
    let layers = configuration.layersPerBlock + 1
    resnets = try (0..<layers).map { j in
      let incoming = j == 0 ? widths[max(level - 1, 0)] : channels
      // The last skip is the output of the level above, before this one.
      let skip = j == layers - 1 ? widths[min(level + 1, widths.count - 1)] : channels
      return try ResidualBlock(
        "\(path).resnets.\(j)", inputs: incoming + skip, outputs: channels, configuration,
        from: weights)
    }
    attentions =
      type != .attention
      ? []
      : try (0..<layers).map { j in
        try AttentionBlock(
          "\(path).attentions.\(j)", channels: channels, groups: configuration.groups(of: channels),
          isUp: true,
          configuration, from: weights)
      }
    guard level + 1 < widths.count else {
      upsampler = nil
      return
    }
    let usesResnet =
      type == .resnet || type == .attention && configuration.upsampleType == .resnet
    upsampler =
      usesResnet
      ? .resnet(
        try ResidualBlock(
          "\(path).upsamplers.0", inputs: channels, outputs: channels, resampling: .up,
          configuration,
          from: weights))
      : .convolution(
        try Conv2D(
          "\(path).upsamplers.0.conv", inputs: channels, outputs: channels, kernel: 3,
          from: weights))
  }

  func collectParameters(into list: inout ParameterList) {
    resnets.forEach { $0.collectParameters(into: &list) }
    attentions.forEach { $0.collectParameters(into: &list) }
    switch upsampler {
    case .convolution(let convolution)?: convolution.collectParameters(into: &list)
    case .resnet(let block)?: block.collectParameters(into: &list)
    case nil: break
    }
  }

  func callAsFunction(
    _ x: consuming Tensor, time: Tensor, path: inout UNetPath
  ) -> Tensor {
    var h = consume x
    for (j, resnet) in resnets.enumerated() {
      // What is joined is gone before the block begins.
      h = concatenate([h, path.skips.removeLast()])
      h = resnet(consume h, time: time)
      if !attentions.isEmpty { h = attentions[j](h) }
    }
    switch upsampler {
    case .convolution(let convolution)?: return convolution(upsampleNearest(h, factor: 2))
    case .resnet(let block)?: return block(h, time: time)
    case nil: return h
    }
  }
}

import Autograd
import ComputeBackend
import NeuralNet

/// A resolution level on the way up in NCSN++ (`SkipUpBlock2D`, `AttnSkipUpBlock2D` of diffusers).
///
/// Each level but the last adds to an image, which grows beside the features and is part of the
/// network's output.
final class SkipUpBlock: UpLevel {
  private let resnets: [ResidualBlock]
  private let attention: AttentionBlock?
  private let resampling: Resampling?

  private struct Resampling {
    var block: ResidualBlock
    var imageNorm: GroupNorm
    var imageConvolution: Conv2D
  }

  /// - Parameter level: 0 at the lowest resolution.
  init(level: Int, _ configuration: UNet2DConfiguration, from weights: any WeightSource) throws {
    let path = "up_blocks.\(level)"
    let hasAttention = configuration.upBlockTypes[level] == .attentionSkip
    let widths = Array(configuration.blockOutputChannels.reversed())
    let channels = widths[level]
    let layers = configuration.layersPerBlock + 1
    let groups = UNet2DConfiguration.skipGroups(of: channels)
    resnets = try (0..<layers).map { j in
      let incoming = j == 0 ? widths[max(level - 1, 0)] : channels
      let skip = j == layers - 1 ? widths[min(level + 1, widths.count - 1)] : channels
      // With attention diffusers divides one of the two terms only.
      let inputGroups =
        hasAttention
        ? min(incoming + skip / 4, 32) : UNet2DConfiguration.skipGroups(of: incoming + skip)
      return try ResidualBlock(
        "\(path).resnets.\(j)", inputs: incoming + skip, outputs: channels,
        outputScale: SkipDownBlock.outputScale, groups: (inputGroups, groups), configuration,
        from: weights)
    }
    attention =
      hasAttention
      ? try AttentionBlock(
        "\(path).attentions.0", channels: channels, groups: 32,
        outputScale: SkipDownBlock.outputScale, isUp: true, configuration, from: weights) : nil
    resampling =
      level + 1 == widths.count
      ? nil
      : Resampling(
        block: try ResidualBlock(
          "\(path).resnet_up", inputs: channels, outputs: channels,
          outputScale: SkipDownBlock.outputScale, resampling: .filteredUp,
          groups: (groups, groups), projectsShortcut: true, configuration, from: weights),
        imageNorm: try GroupNorm(
          "\(path).skip_norm", channels: channels, groups: groups,
          epsilon: configuration.normEpsilon, from: weights),
        imageConvolution: try Conv2D(
          "\(path).skip_conv", inputs: channels, outputs: configuration.outputChannels, kernel: 3,
          from: weights))
  }

  func collectParameters(into list: inout ParameterList) {
    resnets.forEach { $0.collectParameters(into: &list) }
    attention?.collectParameters(into: &list)
    resampling?.block.collectParameters(into: &list)
    resampling?.imageNorm.collectParameters(into: &list)
    resampling?.imageConvolution.collectParameters(into: &list)
  }

  func callAsFunction(_ x: consuming Tensor, time: Tensor, path: inout UNetPath) -> Tensor {
    var h = consume x
    for resnet in resnets {
      h = concatenate([h, path.skips.removeLast()])
      h = resnet(consume h, time: time)
    }
    if let attention { h = attention(h) }
    let image = path.image.map { filteredDouble($0) }
    path.image = image
    guard let resampling else { return h }
    path.image = resampling.imageConvolution(
      resampling.imageNorm(h, activation: .silu), residual: image)
    return resampling.block(h, time: time)
  }
}

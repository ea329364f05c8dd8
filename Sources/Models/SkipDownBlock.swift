import Autograd
import ComputeBackend
import NeuralNet

/// A resolution level on the way down in NCSN++ ("Score-Based Generative Modeling through
/// Stochastic Differential Equations"; `SkipDownBlock2D`, `AttnSkipDownBlock2D` of diffusers).
///
/// The image goes down beside the features and is added to them at each level.
final class SkipDownBlock: DownLevel {
  /// Divides the sums of residual blocks.
  static let outputScale = Float(2).squareRoot()

  private let resnets: [ResidualBlock]
  private let attentions: [AttentionBlock]
  private let resampling: (block: ResidualBlock, imageConvolution: Conv2D)?

  /// - Parameter level: 0 at the full resolution.
  init(level: Int, _ configuration: UNet2DConfiguration, from weights: any WeightSource) throws {
    let path = "down_blocks.\(level)"
    let channels = configuration.blockOutputChannels[level]
    let incoming = configuration.blockOutputChannels[max(level - 1, 0)]
    func block(
      _ name: String, inputs: Int, resampling: ResidualBlock.Resampling = .none
    ) throws -> ResidualBlock {
      try ResidualBlock(
        "\(path).\(name)", inputs: inputs, outputs: channels, outputScale: Self.outputScale,
        resampling: resampling,
        groups: (
          UNet2DConfiguration.skipGroups(of: inputs), UNet2DConfiguration.skipGroups(of: channels)
        ),
        projectsShortcut: resampling != .none, configuration, from: weights)
    }
    resnets = try (0..<configuration.layersPerBlock).map { j in
      try block("resnets.\(j)", inputs: j == 0 ? incoming : channels)
    }
    attentions =
      configuration.downBlockTypes[level] != .attentionSkip
      ? []
      : try (0..<configuration.layersPerBlock).map { j in
        try AttentionBlock(
          "\(path).attentions.\(j)", channels: channels, groups: 32,
          outputScale: Self.outputScale, configuration, from: weights)
      }
    resampling =
      level + 1 == configuration.blockOutputChannels.count
      ? nil
      : (
        try block("resnet_down", inputs: channels, resampling: .filteredDown),
        try Conv2D(
          "\(path).skip_conv", inputs: configuration.inputChannels, outputs: channels, kernel: 1,
          from: weights)
      )
  }

  func collectParameters(into list: inout ParameterList) {
    resnets.forEach { $0.collectParameters(into: &list) }
    attentions.forEach { $0.collectParameters(into: &list) }
    resampling?.block.collectParameters(into: &list)
    resampling?.imageConvolution.collectParameters(into: &list)
  }

  func callAsFunction(_ x: Tensor, time: Tensor, path: inout UNetPath) -> Tensor {
    var h = x
    for (j, resnet) in resnets.enumerated() {
      h = resnet(h, time: time)
      if !attentions.isEmpty { h = attentions[j](h) }
      path.skips.append(h)
    }
    guard let resampling, let image = path.image else { return h }
    let half = filteredHalf(image)
    path.image = half
    h = resampling.imageConvolution(half, residual: resampling.block(h, time: time))
    path.skips.append(h)
    return h
  }
}

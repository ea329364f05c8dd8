import Autograd
import NeuralNet

/// The lowest level of a U-Net: residual block, attention, residual block.
final class MidBlock: Module {
  private let first: ResidualBlock
  private let attention: AttentionBlock?
  private let second: ResidualBlock

  init(
    channels: Int, _ configuration: UNet2DConfiguration, from weights: any WeightSource
  ) throws {
    let scale = configuration.midBlockScaleFactor
    func resnet(_ j: Int) throws -> ResidualBlock {
      try ResidualBlock(
        "mid_block.resnets.\(j)", inputs: channels, outputs: channels, outputScale: scale,
        configuration, from: weights)
    }
    first = try resnet(0)
    attention =
      configuration.hasMidAttention
      ? try AttentionBlock(
        "mid_block.attentions.0", channels: channels,
        groups: configuration.midAttentionGroups(of: channels),
        outputScale: scale, configuration, from: weights) : nil
    second = try resnet(1)
  }

  func collectParameters(into list: inout ParameterList) {
    first.collectParameters(into: &list)
    attention?.collectParameters(into: &list)
    second.collectParameters(into: &list)
  }

  func callAsFunction(_ x: Tensor, time: Tensor) -> Tensor {
    let h = first(x, time: time)
    return second(attention?(h) ?? h, time: time)
  }
}

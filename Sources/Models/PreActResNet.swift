import Autograd
import NeuralNet

/// PreActResNet-18 with the tensor names of BackdoorBench ("Identity Mappings in Deep Residual
/// Networks"), there without normalisation before the pooling.
public final class PreActResNet: Classifier {
  public let configuration: ClassifierConfiguration
  public let head: Linear
  private let stem: Conv2D
  private let blocks: [PreActBlock]
  private let finalNorm: BatchNorm2D?

  init(_ configuration: ClassifierConfiguration, from weights: any WeightSource) throws {
    self.configuration = configuration
    stem = try Conv2D(
      "conv1", inputs: configuration.inputChannels, outputs: configuration.width, kernel: 3,
      padding: .symmetric(1), bias: false, from: weights, initializer: .kaimingNormalFanOut)
    var blocks: [PreActBlock] = []
    var channels = configuration.width
    for (stage, outputs) in configuration.stageWidths.enumerated() {
      for block in 0..<configuration.blocks[stage] {
        blocks.append(
          try PreActBlock(
            "layer\(stage + 1).\(block)", inputs: channels, outputs: outputs,
            stride: stage > 0 && block == 0 ? 2 : 1, shortcutName: configuration.shortcutName,
            from: weights))
        channels = outputs
      }
    }
    self.blocks = blocks
    finalNorm =
      configuration.hasFinalNorm
      ? try BatchNorm2D("bn", channels: channels, from: weights) : nil
    head = try Linear(
      configuration.headName, inputs: channels, outputs: configuration.classes, from: weights)
  }

  public func collectParameters(into list: inout ParameterList) {
    stem.collectParameters(into: &list)
    blocks.forEach { $0.collectParameters(into: &list) }
    finalNorm?.collectParameters(into: &list)
    head.collectParameters(into: &list)
  }

  public func features(_ x: Tensor) -> Tensor {
    var h = stem(x)
    for block in blocks { h = block(h) }
    return globalAveragePool(finalNorm?(h, activation: .relu) ?? h)
  }
}

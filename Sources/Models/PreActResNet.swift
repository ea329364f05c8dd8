import Autograd
import NeuralNet

/// PreActResNet-18 with the tensor names of BackdoorBench ("Identity Mappings in Deep Residual
/// Networks"), there without normalisation before the pooling.
public final class PreActResNet: Classifier {
  public let configuration: ClassifierConfiguration
  public let head: Linear
  private let stem: Conv2D
  private let stages: [[PreActBlock]]
  private let finalNorm: BatchNorm2D?

  init(_ configuration: ClassifierConfiguration, from weights: any WeightSource) throws {
    self.configuration = configuration
    stem = try Conv2D(
      "conv1", inputs: configuration.inputChannels, outputs: configuration.width, kernel: 3,
      padding: .symmetric(1), bias: false, from: weights, initializer: .kaimingNormalFanOut)
    var channels = configuration.width
    stages = try configuration.stageWidths.enumerated().map { stage, outputs in
      try (0..<configuration.blocks[stage]).map { block in
        defer { channels = outputs }
        return try PreActBlock(
          "layer\(stage + 1).\(block)", inputs: channels, outputs: outputs,
          stride: stage > 0 && block == 0 ? 2 : 1, shortcutName: configuration.shortcutName,
          from: weights)
      }
    }
    finalNorm =
      configuration.hasFinalNorm
      ? try BatchNorm2D("bn", channels: channels, from: weights) : nil
    head = try Linear(
      configuration.headName, inputs: channels, outputs: configuration.classes, from: weights)
  }

  public func collectParameters(into list: inout ParameterList) {
    stem.collectParameters(into: &list)
    for block in stages.joined() { block.collectParameters(into: &list) }
    finalNorm?.collectParameters(into: &list)
    head.collectParameters(into: &list)
  }

  public func features(_ x: Tensor, visit: LayerVisitor) -> Tensor {
    var h = stem(x)
    visit("stem", h)
    for (index, stage) in stages.enumerated() {
      for block in stage { h = block(h) }
      visit("layer\(index + 1)", h)
    }
    return globalAveragePool(finalNorm?(h, activation: .relu) ?? h)
  }
}

import Autograd
import NeuralNet

/// ResNet-18 and 34 with the stem for ImageNet or CIFAR, and ResNet-20 of CIFAR
/// ("Deep Residual Learning for Image Recognition").
public final class ResNet: Classifier {
  public let configuration: ClassifierConfiguration
  public let head: Linear
  private let stem: ConvolutionNorm
  private let stages: [[BasicBlock]]

  init(_ configuration: ClassifierConfiguration, from weights: any WeightSource) throws {
    let isImageNet = configuration.stem == .imageNet
    self.configuration = configuration
    stem = try ConvolutionNorm(
      convolution: "conv1", norm: "bn1", inputs: configuration.inputChannels,
      outputs: configuration.width, kernel: isImageNet ? 7 : 3, stride: isImageNet ? 2 : 1,
      from: weights)
    var channels = configuration.width
    stages = try configuration.stageWidths.enumerated().map { stage, outputs in
      try (0..<configuration.blocks[stage]).map { block in
        defer { channels = outputs }
        return try BasicBlock(
          "layer\(stage + 1).\(block)", inputs: channels, outputs: outputs,
          stride: stage > 0 && block == 0 ? 2 : 1,
          shortcutName: configuration.architecture == .resNet20 ? nil : configuration.shortcutName,
          from: weights)
      }
    }
    head = try Linear(
      configuration.headName, inputs: channels, outputs: configuration.classes, from: weights)
  }

  public func collectParameters(into list: inout ParameterList) {
    stem.collectParameters(into: &list)
    for block in stages.joined() { block.collectParameters(into: &list) }
    head.collectParameters(into: &list)
  }

  public func features(_ x: Tensor, visit: LayerVisitor) -> Tensor {
    var h = stem(x, activation: .relu)
    if configuration.stem == .imageNet { h = maxPool(h, kernel: 3, stride: 2, padding: 1) }
    visit("stem", h)
    for (index, stage) in stages.enumerated() {
      for block in stage { h = block(h) }
      visit("layer\(index + 1)", h)
    }
    return globalAveragePool(h)
  }
}

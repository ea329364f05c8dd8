import Autograd
import NeuralNet

/// ResNet-18 and 34 with the stem for ImageNet or CIFAR, and ResNet-20 of CIFAR
/// ("Deep Residual Learning for Image Recognition").
public final class ResNet: Classifier {
  public let configuration: ClassifierConfiguration
  public let head: Linear
  private let stem: ConvolutionNorm
  private let blocks: [BasicBlock]

  init(_ configuration: ClassifierConfiguration, from weights: any WeightSource) throws {
    let isImageNet = configuration.stem == .imageNet
    self.configuration = configuration
    stem = try ConvolutionNorm(
      convolution: "conv1", norm: "bn1", inputs: configuration.inputChannels,
      outputs: configuration.width, kernel: isImageNet ? 7 : 3, stride: isImageNet ? 2 : 1,
      from: weights)
    var blocks: [BasicBlock] = []
    var channels = configuration.width
    for (stage, outputs) in configuration.stageWidths.enumerated() {
      for block in 0..<configuration.blocks[stage] {
        blocks.append(
          try BasicBlock(
            "layer\(stage + 1).\(block)", inputs: channels, outputs: outputs,
            stride: stage > 0 && block == 0 ? 2 : 1,
            shortcutName: configuration.architecture == .resNet20
              ? nil : configuration.shortcutName,
            from: weights))
        channels = outputs
      }
    }
    self.blocks = blocks
    head = try Linear(
      configuration.headName, inputs: channels, outputs: configuration.classes, from: weights)
  }

  public func collectParameters(into list: inout ParameterList) {
    stem.collectParameters(into: &list)
    blocks.forEach { $0.collectParameters(into: &list) }
    head.collectParameters(into: &list)
  }

  public func features(_ x: Tensor) -> Tensor {
    var h = stem(x, activation: .relu)
    if configuration.stem == .imageNet { h = maxPool(h, kernel: 3, stride: 2, padding: 1) }
    for block in blocks { h = block(h) }
    return globalAveragePool(h)
  }
}

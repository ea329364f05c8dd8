import Autograd
import NeuralNet

/// ResNet-50, 101 and 152, wide ones and ResNeXt, of any depth and width ("Deep Residual Learning
/// for Image Recognition"), with the stride on the 3×3 convolution as in torchvision and timm.
final class BottleneckResNet: Classifier {
  let configuration: ClassifierConfiguration
  let head: Linear
  private let stem: ConvolutionNorm
  private let stages: [[BottleneckBlock]]

  init(_ configuration: ClassifierConfiguration, from weights: any WeightSource) throws {
    self.configuration = configuration
    let layers = LayerFactory(shapes: configuration.tensorShapes, weights: weights)
    var channels: Int
    (stem, channels) = try layers.convolutionNorm(
      "conv1", "bn1", inputs: configuration.inputChannels,
      stride: configuration.stem == .imageNet ? 2 : 1)
    stages = try (1...4).map { stage in
      try (0..<layers.shapes.count({ "layer\(stage).\($0)" })).map { index in
        let block = try BottleneckBlock(
          "layer\(stage).\(index)", inputs: channels, stride: stage > 1 && index == 0 ? 2 : 1,
          shortcutName: configuration.shortcutName, layers)
        channels = block.outputs
        return block
      }
    }
    head = try layers.linear(configuration.headName, inputs: channels).0
  }

  func collectParameters(into list: inout ParameterList) {
    stem.collectParameters(into: &list)
    for block in stages.joined() { block.collectParameters(into: &list) }
    head.collectParameters(into: &list)
  }

  func features(_ x: Tensor, visit: LayerVisitor) -> Tensor {
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

/// 1×1, 3×3 and 1×1 convolutions beside a shortcut.
final class BottleneckBlock: Module {
  let outputs: Int
  private let convolutions: [ConvolutionNorm]
  private let shortcut: ConvolutionNorm?

  init(
    _ path: String, inputs: Int, stride: Int, shortcutName: String, _ layers: LayerFactory
  ) throws {
    let (first, inner) = try layers.convolutionNorm("\(path).conv1", "\(path).bn1", inputs: inputs)
    let (second, wide) = try layers.convolutionNorm(
      "\(path).conv2", "\(path).bn2", inputs: inner, stride: stride)
    let (third, outputs) = try layers.convolutionNorm("\(path).conv3", "\(path).bn3", inputs: wide)
    convolutions = [first, second, third]
    self.outputs = outputs
    // Stated where shapes change; a shortcut without weights must fit.
    let name = "\(path).\(shortcutName)"
    guard layers.shapes.has(name) || inputs != outputs || stride != 1 else {
      shortcut = nil
      return
    }
    let (layer, shortcutOutputs) = try layers.convolutionNorm(
      "\(name).0", "\(name).1", inputs: inputs, stride: stride)
    shortcut = layer
    if shortcutOutputs != outputs {
      _ = try layers.weights.tensor("\(name).0.weight", shape: [outputs, inputs, 1, 1])
    }
  }

  func collectParameters(into list: inout ParameterList) {
    convolutions.forEach { $0.collectParameters(into: &list) }
    shortcut?.collectParameters(into: &list)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let h = convolutions[1](convolutions[0](x, activation: .relu), activation: .relu)
    return convolutions[2](h, residual: shortcut?(x) ?? x, activation: .relu)
  }
}

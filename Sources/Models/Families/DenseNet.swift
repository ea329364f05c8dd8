import Autograd
import ComputeBackend
import NeuralNet

/// DenseNet of any depth and growth ("Densely Connected Convolutional Networks"), with the tensor
/// names of torchvision, which are timm's, too.
final class DenseNet: Classifier {
  let configuration: ClassifierConfiguration
  let head: Linear
  private let stem: ConvolutionNorm
  private let blocks: [[DenseLayer]]
  private let transitions: [Transition]
  private let finalNorm: BatchNorm2D

  private struct Transition {
    var norm: BatchNorm2D
    var convolution: Conv2D
  }

  init(_ configuration: ClassifierConfiguration, from weights: any WeightSource) throws {
    self.configuration = configuration
    let layers = LayerFactory(shapes: configuration.tensorShapes, weights: weights)
    var channels: Int
    (stem, channels) = try layers.convolutionNorm(
      "features.conv0", "features.norm0", inputs: configuration.inputChannels, stride: 2)
    var blocks: [[DenseLayer]] = []
    var transitions: [Transition] = []
    for block in 1...max(layers.shapes.count({ "features.denseblock\($0)" }, from: 1), 1) {
      let path = "features.denseblock\(block).denselayer"
      var dense: [DenseLayer] = []
      for index in 1...max(layers.shapes.count({ path + "\($0)" }, from: 1), 1) {
        let layer = try DenseLayer(path + "\(index)", inputs: channels, layers)
        channels += layer.growth
        dense.append(layer)
      }
      blocks.append(dense)
      let transition = "features.transition\(block)"
      guard layers.shapes.has(transition) else { continue }
      let norm = try layers.batchNorm("\(transition).norm", channels: channels)
      let (convolution, outputs) = try layers.convolution("\(transition).conv", inputs: channels)
      transitions.append(Transition(norm: norm, convolution: convolution))
      channels = outputs
    }
    self.blocks = blocks
    self.transitions = transitions
    finalNorm = try layers.batchNorm("features.norm5", channels: channels)
    head = try layers.linear(configuration.headPath, inputs: channels).0
  }

  func collectParameters(into list: inout ParameterList) {
    stem.collectParameters(into: &list)
    for (index, block) in blocks.enumerated() {
      block.forEach { $0.collectParameters(into: &list) }
      guard index < transitions.count else { continue }
      transitions[index].norm.collectParameters(into: &list)
      transitions[index].convolution.collectParameters(into: &list)
    }
    finalNorm.collectParameters(into: &list)
    head.collectParameters(into: &list)
  }

  func features(_ x: Tensor, visit: LayerVisitor) -> Tensor {
    var h = maxPool(stem(x, activation: .relu), kernel: 3, stride: 2, padding: 1)
    visit("stem", h)
    for (index, block) in blocks.enumerated() {
      for layer in block { h = concatenate([h, layer(h)]) }
      visit("layer\(index + 1)", h)
      guard index < transitions.count else { continue }
      let transition = transitions[index]
      h = transition.convolution(transition.norm(h, activation: .relu))
      if min(h.shape[1], h.shape[2]) > 1 { h = averagePoolHalf(h) }
    }
    return globalAveragePool(finalNorm(h, activation: .relu))
  }
}

/// Normalization, ReLU and convolution twice; the result is put beside the input.
final class DenseLayer: Module {
  /// Channels of the result.
  let growth: Int
  private let norm1: BatchNorm2D
  private let first: ConvolutionNorm
  private let second: Conv2D

  init(_ path: String, inputs: Int, _ layers: LayerFactory) throws {
    norm1 = try layers.batchNorm("\(path).norm1", channels: inputs)
    let (first, inner) = try layers.convolutionNorm(
      "\(path).conv1", "\(path).norm2", inputs: inputs)
    self.first = first
    (second, growth) = try layers.convolution("\(path).conv2", inputs: inner)
  }

  func collectParameters(into list: inout ParameterList) {
    norm1.collectParameters(into: &list)
    first.collectParameters(into: &list)
    second.collectParameters(into: &list)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    second(first(norm1(x, activation: .relu), activation: .relu))
  }
}

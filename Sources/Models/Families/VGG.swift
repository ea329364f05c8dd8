import Autograd
import ComputeBackend
import NeuralNet

/// VGG with and without batch normalization ("Very Deep Convolutional Networks for Large-Scale
/// Image Recognition"), with the tensor names of torchvision.
///
/// The layers are numbered in one sequence: a convolution, maybe a normalization, a ReLU; a number
/// that is left over is a pooling.
final class VGG: Classifier {
  let configuration: ClassifierConfiguration
  let head: Linear
  private let layers: [Layer]
  private let hidden: [Linear]
  /// Side to which the last feature maps are pooled.
  private let poolSide: Int

  private enum Layer {
    case plain(Conv2D)
    case normalized(ConvolutionNorm)
    case pool
  }

  init(_ configuration: ClassifierConfiguration, from weights: any WeightSource) throws {
    self.configuration = configuration
    let factory = LayerFactory(shapes: configuration.tensorShapes, weights: weights)
    var layers: [Layer] = []
    var channels = configuration.inputChannels
    let convolutions = configuration.tensorShapes.shapes.compactMap { name, shape -> Int? in
      let words = name.split(separator: ".")
      guard words.count == 3, words[0] == "features", words[2] == "weight", shape.count == 4
      else { return nil }
      return Int(words[1])
    }.sorted()
    var next = 0
    for index in convolutions {
      if index > next { layers.append(.pool) }
      let path = "features.\(index)"
      if factory.shapes["features.\(index + 1).running_mean"] != nil {
        let (layer, outputs) = try factory.convolutionNorm(
          path, "features.\(index + 1)", inputs: channels)
        layers.append(.normalized(layer))
        channels = outputs
        next = index + 3
      } else {
        let (layer, outputs) = try factory.convolution(path, inputs: channels)
        layers.append(.plain(layer))
        channels = outputs
        next = index + 2
      }
    }
    self.layers = layers + [.pool]
    // Of torchvision: two hidden layers of 7×7 features each; of CIFAR's variants: none.
    let paths = ["classifier.0", "classifier.3"].filter { factory.shapes[$0 + ".weight"] != nil }
    var inputs = try factory.shape((paths.first ?? configuration.headPath) + ".weight", axes: 2)[1]
    poolSide = inputs == 49 * channels ? 7 : 1
    var hidden: [Linear] = []
    inputs = poolSide * poolSide * channels
    for path in paths {
      let (layer, outputs) = try factory.linear(path, inputs: inputs)
      hidden.append(layer)
      inputs = outputs
    }
    self.hidden = hidden
    head = try factory.linear(configuration.headPath, inputs: inputs).0
  }

  func collectParameters(into list: inout ParameterList) {
    for layer in layers {
      switch layer {
      case .plain(let layer): layer.collectParameters(into: &list)
      case .normalized(let layer): layer.collectParameters(into: &list)
      case .pool: break
      }
    }
    hidden.forEach { $0.collectParameters(into: &list) }
    head.collectParameters(into: &list)
  }

  func features(_ x: Tensor) -> Tensor {
    var h = x
    for layer in layers {
      switch layer {
      case .plain(let layer): h = layer(h, activation: .relu)
      case .normalized(let layer): h = layer(h, activation: .relu)
      case .pool where min(h.shape[1], h.shape[2]) > 1: h = maxPool(h, kernel: 2, stride: 2)
      case .pool: break
      }
    }
    h = averagePoolAdaptively(h, height: poolSide, width: poolSide)
    // PyTorch's order: channels first.
    h = h.permuted([0, 3, 1, 2]).reshaped([x.shape[0], h.count / x.shape[0]])
    for layer in hidden { h = layer(h, activation: .relu) }
    return h
  }
}

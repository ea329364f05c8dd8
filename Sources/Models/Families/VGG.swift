import Autograd
import ComputeBackend
import NeuralNet

/// VGG with and without batch normalization ("Very Deep Convolutional Networks for Large-Scale
/// Image Recognition"), with the tensor names of torchvision or timm.
///
/// The layers are numbered in one sequence: a convolution, maybe a normalization, a ReLU; a number
/// that is left over is a pooling.
final class VGG: Classifier {
  let configuration: ClassifierConfiguration
  let head: Linear
  private let layers: [Layer]
  private let hidden: [Hidden]
  /// Side to which the last feature maps are pooled.
  private let poolSide: Int

  /// A layer between the features and the last: timm has it as a convolution over all of its input.
  private enum Hidden {
    case linear(Linear)
    case convolution(Conv2D)
  }

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
    (hidden, poolSide, channels) = try Self.hiddenLayers(
      configuration, features: channels, factory)
    head = try factory.linear(configuration.headPath, inputs: channels).0
  }

  /// Of torchvision and timm two layers, the first of 7×7 features; of CIFAR's variants none.
  private static func hiddenLayers(
    _ configuration: ClassifierConfiguration, features: Int, _ factory: LayerFactory
  ) throws -> (layers: [Hidden], poolSide: Int, outputs: Int) {
    var layers: [Hidden] = []
    if configuration.naming == .timm {
      let (first, inner) = try factory.convolution("pre_logits.fc1", inputs: features, padding: 0)
      let (second, outputs) = try factory.convolution("pre_logits.fc2", inputs: inner)
      let side = try factory.shape("pre_logits.fc1.weight", axes: 4)[2]
      return ([.convolution(first), .convolution(second)], side, outputs)
    }
    let paths = ["classifier.0", "classifier.3"].filter { factory.shapes[$0 + ".weight"] != nil }
    let inputs = try factory.shape((paths.first ?? configuration.headPath) + ".weight", axes: 2)[1]
    let poolSide = inputs == 49 * features ? 7 : 1
    var outputs = poolSide * poolSide * features
    for path in paths {
      let (layer, width) = try factory.linear(path, inputs: outputs)
      layers.append(.linear(layer))
      outputs = width
    }
    return (layers, poolSide, outputs)
  }

  func collectParameters(into list: inout ParameterList) {
    for layer in layers {
      switch layer {
      case .plain(let layer): layer.collectParameters(into: &list)
      case .normalized(let layer): layer.collectParameters(into: &list)
      case .pool: break
      }
    }
    for layer in hidden {
      switch layer {
      case .linear(let layer): layer.collectParameters(into: &list)
      case .convolution(let layer): layer.collectParameters(into: &list)
      }
    }
    head.collectParameters(into: &list)
  }

  func features(_ x: Tensor, visit: LayerVisitor) -> Tensor {
    var h = x
    var stage = 0
    for (index, layer) in layers.enumerated() {
      switch layer {
      case .plain(let layer): h = layer(h, activation: .relu)
      case .normalized(let layer): h = layer(h, activation: .relu)
      case .pool:
        stage += 1
        visit("layer\(stage)", h)
        if min(h.shape[1], h.shape[2]) > 1 { h = maxPool(h, kernel: 2, stride: 2) }
      }
      if index == 0 { visit("stem", h) }
    }
    h = averagePoolAdaptively(h, height: poolSide, width: poolSide)
    for layer in hidden {
      switch layer {
      case .linear(let layer): h = layer(flattened(h), activation: .relu)
      case .convolution(let layer): h = layer(h, activation: .relu)
      }
    }
    return flattened(h)
  }

  /// `[N, …]` to `[N, features]`, images in PyTorch's order: channels first.
  private func flattened(_ x: Tensor) -> Tensor {
    let image = x.shape.count == 4 ? x.permuted([0, 3, 1, 2]) : x
    return image.reshaped([x.shape[0], x.count / x.shape[0]])
  }
}

import Autograd
import ComputeBackend
import NeuralNet

/// ConvNeXt of any depth and width ("A ConvNet for the 2020s"), with the tensor names of
/// torchvision or timm.
///
/// Smaller images than the stages can halve, 32 pixels with four of them, are enlarged.
final class ConvNeXt: Classifier {
  let configuration: ClassifierConfiguration
  let head: Linear
  private let stem: Conv2D
  private let stemNorm: LayerNorm
  private let stages: [Stage]
  private let finalNorm: LayerNorm

  private struct Stage {
    var norm: LayerNorm?
    var downsampling: Conv2D?
    var blocks: [ConvNeXtBlock]
  }

  init(_ configuration: ClassifierConfiguration, from weights: any WeightSource) throws {
    self.configuration = configuration
    let layers = LayerFactory(shapes: configuration.tensorShapes, weights: weights)
    let isTimm = configuration.naming == .timm
    var channels: Int
    (stem, channels) = try layers.convolution(
      isTimm ? "stem.0" : "features.0.0", inputs: configuration.inputChannels, stride: 4)
    stemNorm = try layers.layerNorm(isTimm ? "stem.1" : "features.0.1", channels: channels)
    var stages: [Stage] = []
    let count = layers.shapes.count {
      isTimm ? "stages.\($0).blocks" : "features.\(2 * $0 + 1).0.block"
    }
    for index in 0..<count {
      var stage = Stage(norm: nil, downsampling: nil, blocks: [])
      if index > 0 {
        let path = isTimm ? "stages.\(index).downsample" : "features.\(2 * index)"
        stage.norm = try layers.layerNorm("\(path).0", channels: channels)
        let (convolution, outputs) = try layers.convolution(
          "\(path).1", inputs: channels, stride: 2)
        stage.downsampling = convolution
        channels = outputs
      }
      let path = isTimm ? "stages.\(index).blocks" : "features.\(2 * index + 1)"
      stage.blocks = try (0..<layers.shapes.count { "\(path).\($0)" }).map {
        try ConvNeXtBlock("\(path).\($0)", channels: channels, isTimm: isTimm, layers)
      }
      stages.append(stage)
    }
    self.stages = stages
    finalNorm = try layers.layerNorm(isTimm ? "head.norm" : "classifier.0", channels: channels)
    head = try layers.linear(configuration.headPath, inputs: channels).0
  }

  func collectParameters(into list: inout ParameterList) {
    stem.collectParameters(into: &list)
    stemNorm.collectParameters(into: &list)
    for stage in stages {
      stage.norm?.collectParameters(into: &list)
      stage.downsampling?.collectParameters(into: &list)
      stage.blocks.forEach { $0.collectParameters(into: &list) }
    }
    finalNorm.collectParameters(into: &list)
    head.collectParameters(into: &list)
  }

  func features(_ x: Tensor, visit: LayerVisitor) -> Tensor {
    let least = 4 << (stages.count - 1)
    let image = resizeBilinear(x, height: max(x.shape[1], least), width: max(x.shape[2], least))
    var h = stemNorm(stem(image))
    visit("stem", h)
    for (index, stage) in stages.enumerated() {
      if let norm = stage.norm, let downsampling = stage.downsampling { h = downsampling(norm(h)) }
      for block in stage.blocks { h = block(h) }
      visit("layer\(index + 1)", h)
    }
    return finalNorm(globalAveragePool(h))
  }
}

/// A depthwise convolution, then two linear layers at each pixel, scaled and added.
final class ConvNeXtBlock: Module {
  private let depthwise: Conv2D
  private let norm: LayerNorm
  private let first: Linear
  private let second: Linear
  private let scale: Parameter

  init(_ path: String, channels: Int, isTimm: Bool, _ layers: LayerFactory) throws {
    depthwise = try layers.convolution(
      path + (isTimm ? ".conv_dw" : ".block.0"), inputs: channels
    ).0
    norm = try layers.layerNorm(path + (isTimm ? ".norm" : ".block.2"), channels: channels)
    let (first, inner) = try layers.linear(
      path + (isTimm ? ".mlp.fc1" : ".block.3"), inputs: channels)
    self.first = first
    second = try layers.linear(path + (isTimm ? ".mlp.fc2" : ".block.5"), inputs: inner).0
    scale = try layers.parameter(
      path + (isTimm ? ".gamma" : ".layer_scale"), shape: isTimm ? [channels] : [channels, 1, 1])
  }

  func collectParameters(into list: inout ParameterList) {
    list.append(scale)
    for module in [depthwise, norm, first, second] as [any Module] {
      module.collectParameters(into: &list)
    }
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let h = second(first(norm(depthwise(x)), activation: .gelu))
    return x + h.multiplying(scale.value.reshaped([scale.value.count]), over: .inner)
  }
}

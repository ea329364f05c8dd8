import Autograd
import ComputeBackend
import NeuralNet

/// MobileNetV3, large and small, of any width ("Searching for MobileNetV3"), with the tensor names
/// of torchvision or timm; their normalizations differ in ε.
final class MobileNetV3: Classifier {
  let configuration: ClassifierConfiguration
  let head: Linear
  private let stem: ConvolutionNorm
  private let blocks: [InvertedResidual]
  private let last: ConvolutionNorm
  private let hidden: Hidden

  /// What stands between the pooling and the last layer.
  private enum Hidden {
    case linear(Linear)
    case convolution(Conv2D)

    var module: any Module {
      switch self {
      case .linear(let layer): layer
      case .convolution(let layer): layer
      }
    }
  }

  /// Strides of the blocks, and how many of the first have ReLU.
  private static let large = (strides: [1, 2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1], reluCount: 6)
  private static let small = (strides: [2, 2, 1, 2, 1, 1, 1, 1, 2, 1, 1], reluCount: 3)

  init(_ configuration: ClassifierConfiguration, from weights: any WeightSource) throws {
    self.configuration = configuration
    let layers = LayerFactory(shapes: configuration.tensorShapes, weights: weights)
    let isTimm = configuration.naming == .timm
    let statistics: NormStatistics = isTimm ? .standard : .mobile
    var channels: Int
    (stem, channels) = try layers.convolutionNorm(
      isTimm ? "conv_stem" : "features.0.0", isTimm ? "bn1" : "features.0.1",
      inputs: configuration.inputChannels, stride: 2, statistics: statistics)
    let names = isTimm ? MobileNames.timm(layers.shapes) : MobileNames.torchvisionV3(layers.shapes)
    // Of timm the last convolution is counted as a block, too.
    let plan = names.blocks.count == Self.small.strides.count ? Self.small : Self.large
    guard names.blocks.count == plan.strides.count else {
      _ = try layers.shape(isTimm ? "blocks.5.2.conv_pw.weight" : "features.15.block", axes: 4)
      preconditionFailure("MobileNetV3: \(names.blocks.count) blocks")
    }
    blocks = try names.blocks.enumerated().map { index, name in
      let block = try InvertedResidual(
        name, inputs: channels, stride: plan.strides[index],
        activation: index < plan.reluCount ? .relu : .hardSwish, gate: .hard,
        statistics: statistics, layers)
      channels = block.outputs
      return block
    }
    (last, channels) = try layers.convolutionNorm(
      names.last.0, names.last.1, inputs: channels, statistics: statistics)
    if isTimm {
      let (layer, outputs) = try layers.convolution("conv_head", inputs: channels)
      hidden = .convolution(layer)
      channels = outputs
    } else {
      let (layer, outputs) = try layers.linear("classifier.0", inputs: channels)
      hidden = .linear(layer)
      channels = outputs
    }
    head = try layers.linear(configuration.headPath, inputs: channels).0
  }

  func collectParameters(into list: inout ParameterList) {
    stem.collectParameters(into: &list)
    blocks.forEach { $0.collectParameters(into: &list) }
    last.collectParameters(into: &list)
    hidden.module.collectParameters(into: &list)
    head.collectParameters(into: &list)
  }

  func features(_ x: Tensor, visit: LayerVisitor) -> Tensor {
    let activation = MobileActivation.hardSwish
    var h = activation.after(stem, x)
    visit("stem", h)
    for (index, block) in blocks.enumerated() {
      h = block(h)
      visit("layer\(index + 1)", h)
    }
    h = globalAveragePool(activation.after(last, h))
    switch hidden {
    case .linear(let layer): return activation.apply(layer(h))
    case .convolution(let layer):
      h = layer(h.reshaped([h.shape[0], 1, 1, h.shape[1]]))
      return activation.apply(h.reshaped([h.shape[0], h.shape[3]]))
    }
  }
}

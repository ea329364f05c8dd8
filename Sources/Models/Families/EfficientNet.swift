import Autograd
import ComputeBackend
import NeuralNet

/// EfficientNet of any depth and width ("EfficientNet: Rethinking Model Scaling for Convolutional
/// Neural Networks"), with the tensor names of torchvision or timm.
final class EfficientNet: Classifier {
  let configuration: ClassifierConfiguration
  let head: Linear
  private let stem: ConvolutionNorm
  private let blocks: [InvertedResidual]
  private let last: ConvolutionNorm

  /// Of the first block of each stage.
  private static let strides = [1, 2, 2, 2, 1, 2, 1]

  init(_ configuration: ClassifierConfiguration, from weights: any WeightSource) throws {
    self.configuration = configuration
    let layers = LayerFactory(shapes: configuration.tensorShapes, weights: weights)
    let isTimm = configuration.naming == .timm
    let names = isTimm ? MobileNames.timm(layers.shapes) : MobileNames.torchvision(layers.shapes)
    // torchvision's b5, b6 and b7, whose first stage has three blocks and more.
    let statistics: NormStatistics =
      !isTimm && names.stages.filter({ $0 == 0 }).count > 2 ? .mobile : .standard
    var channels: Int
    (stem, channels) = try layers.convolutionNorm(
      isTimm ? "conv_stem" : "features.0.0", isTimm ? "bn1" : "features.0.1",
      inputs: configuration.inputChannels, stride: 2, statistics: statistics)
    guard let count = names.stages.last, count < Self.strides.count else {
      _ = try layers.shape(isTimm ? "blocks.0.0.conv_dw.weight" : "features.1.0.block", axes: 4)
      preconditionFailure("EfficientNet: \(names.blocks.count) blocks")
    }
    blocks = try names.blocks.enumerated().map { index, name in
      let stage = names.stages[index]
      let isFirst = index == 0 || names.stages[index - 1] != stage
      let block = try InvertedResidual(
        name, inputs: channels, stride: isFirst ? Self.strides[stage] : 1, activation: .silu,
        gate: .smooth, statistics: statistics, layers)
      channels = block.outputs
      return block
    }
    (last, channels) = try layers.convolutionNorm(
      names.last.0, names.last.1, inputs: channels, statistics: statistics)
    head = try layers.linear(configuration.headPath, inputs: channels).0
  }

  func collectParameters(into list: inout ParameterList) {
    stem.collectParameters(into: &list)
    blocks.forEach { $0.collectParameters(into: &list) }
    last.collectParameters(into: &list)
    head.collectParameters(into: &list)
  }

  func features(_ x: Tensor, visit: LayerVisitor) -> Tensor {
    var h = stem(x, activation: .silu)
    visit("stem", h)
    for (index, block) in blocks.enumerated() {
      h = block(h)
      visit("layer\(index + 1)", h)
    }
    return globalAveragePool(last(h, activation: .silu))
  }
}

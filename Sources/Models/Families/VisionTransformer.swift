import Autograd
import ComputeBackend
import NeuralNet

/// The vision transformer with a class token ("An Image is Worth 16×16 Words"), with the tensor
/// names of torchvision or timm.
///
/// Images of another size than the position embedding has patches for are resized, as
/// BackdoorBench does in front of it.
final class VisionTransformer: Classifier {
  let configuration: ClassifierConfiguration
  let head: Linear
  private let patches: Conv2D
  private let classToken: Parameter
  private let positions: Parameter
  private let blocks: [TransformerBlock]
  private let norm: LayerNorm
  /// Side of the images that the patches make up.
  private let side: Int
  private let width: Int

  init(_ configuration: ClassifierConfiguration, from weights: any WeightSource) throws {
    self.configuration = configuration
    let layers = LayerFactory(shapes: configuration.tensorShapes, weights: weights)
    let isTimm = configuration.naming == .timm
    let path = isTimm ? "patch_embed.proj" : "conv_proj"
    let shape = try layers.shape("\(path).weight", axes: 4)
    width = shape[0]
    patches = try Conv2D(
      path, inputs: configuration.inputChannels, outputs: width, kernel: shape[2],
      stride: shape[2], padding: .symmetric(0), from: weights)
    classToken = try layers.parameter(
      isTimm ? "cls_token" : "class_token", shape: [1, 1, width])
    let embedding = isTimm ? "pos_embed" : "encoder.pos_embedding"
    let tokens = try layers.shape(embedding, axes: 3)[1]
    let grid = Int(Double(max(tokens - 1, 1)).squareRoot().rounded())
    positions = try layers.parameter(embedding, shape: [1, grid * grid + 1, width])
    side = grid * shape[2]
    let blockPath = isTimm ? "blocks." : "encoder.layers.encoder_layer_"
    blocks = try (0..<layers.shapes.count { blockPath + "\($0)" }).map {
      [width] in
      let names = isTimm ? TransformerBlock.Names.timm : .torchvision
      let block = blockPath + "\($0)"
      return try TransformerBlock(
        block, width: width, heads: configuration.attentionHeads,
        hidden: try layers.shape("\(block).\(names.first).weight", axes: 2)[0], names: names,
        from: weights)
    }
    norm = try layers.layerNorm(isTimm ? "norm" : "encoder.ln", channels: width)
    head = try layers.linear(configuration.headPath, inputs: width).0
  }

  func collectParameters(into list: inout ParameterList) {
    list.append(classToken)
    list.append(positions)
    patches.collectParameters(into: &list)
    blocks.forEach { $0.collectParameters(into: &list) }
    norm.collectParameters(into: &list)
    head.collectParameters(into: &list)
  }

  func features(_ x: Tensor, visit: LayerVisitor) -> Tensor {
    let batch = x.shape[0]
    let embedded = patches(resizeBilinear(x, height: side, width: side))
    // The class token comes first.
    var h = embedded.reshaped([batch, embedded.count / (batch * width), width])
      .preceded(by: classToken.value).adding(positions: positions.value)
    visit("stem", h)
    for (index, block) in blocks.enumerated() {
      h = block(h)
      visit("layer\(index + 1)", h)
    }
    return norm(h.reshaped([batch, h.count / batch]).channels(0..<width))
  }
}

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
      try TransformerBlock(
        blockPath + "\($0)", width: width, heads: configuration.attentionHeads, isTimm: isTimm,
        layers)
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
    let sequence = BlockShape(outer: batch, inner: positions.value.count)
    let token = classToken.value.reshaped([width]).expanded(
      shape: BlockShape(outer: batch, inner: width), axes: .inner, resultShape: [batch, width])
    // The class token comes first.
    var h = concatenate([token, embedded.reshaped([batch, embedded.count / batch])])
    h = h.combined(
      .add, positions.value.reshaped([positions.value.count]), shape: sequence, axes: .inner)
    h = h.reshaped([batch, positions.value.shape[1], width])
    visit("stem", h)
    for (index, block) in blocks.enumerated() {
      h = block(h)
      visit("layer\(index + 1)", h)
    }
    return norm(h.reshaped([batch, sequence.inner]).channels(0..<width))
  }
}

/// Attention among the tokens, then two linear layers at each token, both after a normalization.
final class TransformerBlock: Module {
  private let norm1: LayerNorm
  private let projection: Projection
  private let output: Linear
  private let norm2: LayerNorm
  private let first: Linear
  private let second: Linear
  private let heads: Int
  private let width: Int

  /// Queries, keys and values in one product.
  private struct Projection {
    var weight: Parameter
    var bias: Parameter
  }

  init(_ path: String, width: Int, heads: Int, isTimm: Bool, _ layers: LayerFactory) throws {
    self.width = width
    self.heads = heads
    norm1 = try layers.layerNorm(path + (isTimm ? ".norm1" : ".ln_1"), channels: width)
    let attention = path + (isTimm ? ".attn" : ".self_attention")
    let product = attention + (isTimm ? ".qkv." : ".in_proj_")
    projection = Projection(
      weight: try layers.parameter(product + "weight", shape: [3 * width, width]),
      bias: try layers.parameter(product + "bias", shape: [3 * width]))
    output = try layers.linear(attention + (isTimm ? ".proj" : ".out_proj"), inputs: width).0
    norm2 = try layers.layerNorm(path + (isTimm ? ".norm2" : ".ln_2"), channels: width)
    let (first, inner) = try layers.linear(path + (isTimm ? ".mlp.fc1" : ".mlp.0"), inputs: width)
    self.first = first
    second = try layers.linear(path + (isTimm ? ".mlp.fc2" : ".mlp.3"), inputs: inner).0
  }

  func collectParameters(into list: inout ParameterList) {
    norm1.collectParameters(into: &list)
    list.append(projection.weight)
    list.append(projection.bias)
    for module in [output, norm2, first, second] as [any Module] {
      module.collectParameters(into: &list)
    }
  }

  /// `[N, tokens, width]`.
  func callAsFunction(_ x: Tensor) -> Tensor {
    let all = linear(norm1(x), weight: projection.weight.value, bias: projection.bias.value)
    let attended = attention(
      queries: all.channels(0..<width), keys: all.channels(width..<2 * width),
      values: all.channels(2 * width..<3 * width), heads: heads,
      scale: 1 / Float(width / heads).squareRoot())
    let h = output(attended, residual: x)
    return second(first(norm2(h), activation: .gelu), residual: h)
  }
}

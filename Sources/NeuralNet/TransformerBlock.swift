import Autograd

/// Attention among the tokens, then two linear layers at each token, both after a normalization
/// ("An Image is Worth 16×16 Words", equations 2 and 3).
public final class TransformerBlock: Module {
  /// What the tensors are called within a block.
  public struct Names: Sendable {
    public var norm1: String
    /// Before `weight` and `bias` of the product that makes queries, keys and values.
    public var projection: String
    public var output: String
    public var norm2: String
    public var first: String
    public var second: String

    public static let timm = Names(
      norm1: "norm1", projection: "attn.qkv.", output: "attn.proj", norm2: "norm2",
      first: "mlp.fc1", second: "mlp.fc2")
    public static let torchvision = Names(
      norm1: "ln_1", projection: "self_attention.in_proj_", output: "self_attention.out_proj",
      norm2: "ln_2", first: "mlp.0", second: "mlp.3")
  }

  private let norm1: LayerNorm
  /// Queries, keys and values in one product.
  private let projectionWeight: Parameter
  private let projectionBias: Parameter
  private let output: Linear
  private let norm2: LayerNorm
  private let first: Linear
  private let second: Linear
  private let heads: Int
  private let width: Int

  /// - Parameters:
  ///   - width: channels of a token, a multiple of `heads`.
  ///   - hidden: outputs of the first of the two linear layers.
  public init(
    _ path: String, width: Int, heads: Int, hidden: Int, names: Names = .timm,
    from source: any WeightSource
  ) throws {
    precondition(
      heads > 0 && width % heads == 0, "TransformerBlock \(path): \(width) channels, \(heads) heads"
    )
    self.width = width
    self.heads = heads
    norm1 = try LayerNorm("\(path).\(names.norm1)", channels: width, from: source)
    let product = "\(path).\(names.projection)"
    let shape = [3 * width, width]
    projectionWeight = try Parameter(
      product + "weight", shape: shape, from: source, initializer: .kaimingUniform)
    projectionBias = try Parameter(
      product + "bias", shape: [3 * width], from: source, initializer: .constant(0))
    output = try Linear("\(path).\(names.output)", inputs: width, outputs: width, from: source)
    norm2 = try LayerNorm("\(path).\(names.norm2)", channels: width, from: source)
    first = try Linear("\(path).\(names.first)", inputs: width, outputs: hidden, from: source)
    second = try Linear("\(path).\(names.second)", inputs: hidden, outputs: width, from: source)
  }

  public func collectParameters(into list: inout ParameterList) {
    norm1.collectParameters(into: &list)
    list.append(projectionWeight)
    list.append(projectionBias)
    for module in [output, norm2, first, second] as [any Module] {
      module.collectParameters(into: &list)
    }
  }

  /// `[N, tokens, width]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let all = linear(norm1(x), weight: projectionWeight.value, bias: projectionBias.value)
    let attended = attention(
      queries: all.channels(0..<width), keys: all.channels(width..<2 * width),
      values: all.channels(2 * width..<3 * width), heads: heads,
      scale: 1 / Float(width / heads).squareRoot())
    let h = output(attended, residual: x)
    return second(first(norm2(h), activation: .gelu), residual: h)
  }
}

import Autograd
import ComputeBackend
import NeuralNet

/// Self-attention among the pixels of an image, with a residual connection (diffusers `Attention`).
final class AttentionBlock: Module {
  private let norm: GroupNorm?
  private let queries: Linear
  private let keys: Linear
  private let values: Linear
  private let output: Linear
  private let heads: Int
  private let headSize: Int
  private let outputScale: Float

  /// - Parameters:
  ///   - groups: of the normalisation; `nil` for none.
  ///   - isUp: whether it is on the way up.
  init(
    _ path: String, channels: Int, groups: Int?, outputScale: Float = 1, isUp: Bool = false,
    _ configuration: UNet2DConfiguration, from weights: any WeightSource
  ) throws {
    headSize =
      configuration.attentionHeadCounts.map { channels / (isUp ? $0.up : $0.down) }
      ?? configuration.attentionHeadSize ?? channels
    heads = channels / headSize
    self.outputScale = outputScale
    norm = try groups.map {
      try GroupNorm(
        "\(path).group_norm", channels: channels, groups: $0, epsilon: configuration.normEpsilon,
        from: weights)
    }
    let inner = heads * headSize
    queries = try Linear("\(path).to_q", inputs: channels, outputs: inner, from: weights)
    keys = try Linear("\(path).to_k", inputs: channels, outputs: inner, from: weights)
    values = try Linear("\(path).to_v", inputs: channels, outputs: inner, from: weights)
    output = try Linear("\(path).to_out.0", inputs: inner, outputs: channels, from: weights)
  }

  func collectParameters(into list: inout ParameterList) {
    norm?.collectParameters(into: &list)
    for module in [queries, keys, values, output] { module.collectParameters(into: &list) }
  }

  /// `[N, H, W, C]` to `[N, H, W, C]`.
  func callAsFunction(_ x: Tensor) -> Tensor {
    let sequence = [x.shape[0], x.shape[1] * x.shape[2], x.shape[3]]
    let h = (norm?(x) ?? x).reshaped(sequence)
    let attended = attention(
      queries: queries(h), keys: keys(h), values: values(h), heads: heads,
      scale: 1 / Float(headSize).squareRoot())
    let result = output(attended, residual: x.reshaped(sequence)).reshaped(x.shape)
    return outputScale == 1 ? result : result / outputScale
  }
}

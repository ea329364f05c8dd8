import Autograd
import NeuralNet

/// The multi-granularity transformer that PD-AutoR's D_pd and D_cd are (§3.2, Figure 7).
///
/// Patches of the finest granularity go through transformer blocks; after average pooling they are
/// joined, channel by channel, with the patches of the next. A class token that joins before the
/// last blocks gives one logit: how real the image is.
public final class TransformerDiscriminator: Module {
  public let configuration: DiscriminatorConfiguration
  private let stages: [Stage]
  private let classToken: Parameter
  private let norm: LayerNorm
  private let head: Linear

  /// One granularity.
  private struct Stage {
    var embedding: Conv2D
    var positions: Parameter
    var blocks: [TransformerBlock]
  }

  /// Fetches `path.stages.0.embedding.weight` and so on.
  ///
  /// - Parameter path: what the tensors' names begin with.
  public init(
    _ configuration: DiscriminatorConfiguration, path: String, from source: any WeightSource
  ) throws {
    self.configuration = configuration
    var (stages, width): ([Stage], Int) = ([], 0)
    for (index, granularity) in configuration.granularities.enumerated() {
      width += granularity.width
      let stage = "\(path).stages.\(index)"
      stages.append(
        Stage(
          embedding: try Conv2D(
            "\(stage).embedding", inputs: configuration.shape.channels, outputs: granularity.width,
            kernel: granularity.patch, stride: granularity.patch, padding: .symmetric(0),
            from: source),
          positions: try Parameter(
            "\(stage).positions", shape: [configuration.tokens(granularity), granularity.width],
            from: source, initializer: .normal(standardDeviation: 0.02)),
          blocks: try (0..<granularity.blocks).map { [width] in
            try TransformerBlock(
              "\(stage).blocks.\($0)", width: width, heads: configuration.heads, hidden: 4 * width,
              from: source)
          }))
    }
    self.stages = stages
    classToken = try Parameter(
      "\(path).class_token", shape: [width], from: source,
      initializer: .normal(standardDeviation: 0.02))
    norm = try LayerNorm("\(path).norm", channels: width, from: source)
    head = try Linear("\(path).head", inputs: width, outputs: 1, from: source)
  }

  public func collectParameters(into list: inout ParameterList) {
    for stage in stages {
      stage.embedding.collectParameters(into: &list)
      list.append(stage.positions)
      stage.blocks.forEach { $0.collectParameters(into: &list) }
    }
    list.append(classToken)
    norm.collectParameters(into: &list)
    head.collectParameters(into: &list)
  }

  /// Images `[N, H, W, C]` in [−1, 1] to logits `[N]`, positive for real ones.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let samples = x.shape[0]
    precondition(
      x.shape == configuration.shape.batchShape(samples),
      "TransformerDiscriminator: images \(x.shape) for a network of \(configuration.shape)")
    var coarser: Tensor?
    for (index, stage) in stages.enumerated() {
      let grid = stage.embedding(x)
      let patches = grid.reshaped([samples, grid.shape[1] * grid.shape[2], grid.shape[3]])
        .adding(positions: stage.positions.value)
      var tokens = coarser.map { concatenate([$0, patches]) } ?? patches
      let isLast = index == stages.count - 1
      if isLast { tokens = tokens.preceded(by: classToken.value) }
      for block in stage.blocks { tokens = block(tokens) }
      coarser = isLast ? tokens : pooled(tokens, height: grid.shape[1], width: grid.shape[2])
    }
    guard let tokens = coarser else { preconditionFailure("TransformerDiscriminator: no stages") }
    let first = tokens.reshaped([samples, tokens.count / samples])
      .channels(0..<classToken.value.count)
    return head(norm(first)).reshaped([samples])
  }

  /// The mean of each 2×2 tokens of a grid.
  private func pooled(_ tokens: Tensor, height: Int, width: Int) -> Tensor {
    let (samples, channels) = (tokens.shape[0], tokens.shape[2])
    return averagePool(tokens.reshaped([samples, height, width, channels]), factor: 2)
      .reshaped([samples, tokens.shape[1] / 4, channels])
  }
}

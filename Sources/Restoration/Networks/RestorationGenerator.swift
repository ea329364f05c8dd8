import Autograd
import ComputeBackend
import NeuralNet

/// The ViT-aided U-Net that PD-AutoR's G_p and R are (§3.2): convolutional levels down and up
/// again, with a vision transformer among the pixels of the smallest level.
///
/// Its output is x + f(x), limited to [−1, 1]; f's last layer begins at zero, so that an untrained
/// network changes nothing.
public final class RestorationGenerator: Module {
  public let configuration: GeneratorConfiguration
  private let encoder: [ConvolutionPair]
  private let down: [Conv2D]
  private let positions: Parameter?
  private let transformer: [TransformerBlock]
  private let up: [Conv2D]
  private let decoder: [ConvolutionPair]
  private let output: Conv2D

  /// Fetches `path.encoder.0.conv1.weight` and so on.
  ///
  /// - Parameter path: what the tensors' names begin with.
  public init(
    _ configuration: GeneratorConfiguration, path: String, from source: any WeightSource
  ) throws {
    self.configuration = configuration
    let channels = configuration.channels
    let (image, last) = (configuration.shape.channels, channels[channels.count - 1])
    encoder = try channels.enumerated().map { level, width in
      try ConvolutionPair(
        "\(path).encoder.\(level)", inputs: level == 0 ? image : width, outputs: width,
        from: source)
    }
    down = try channels.indices.dropLast().map { level in
      try Conv2D(
        "\(path).down.\(level)", inputs: channels[level], outputs: channels[level + 1], kernel: 2,
        stride: 2, padding: .symmetric(0), from: source)
    }
    let blocks = configuration.transformerBlocks
    positions =
      try blocks == 0
      ? nil
      : Parameter(
        "\(path).transformer.positions", shape: [configuration.tokens, last], from: source,
        initializer: .normal(standardDeviation: 0.02))
    transformer = try (0..<blocks).map {
      try TransformerBlock(
        "\(path).transformer.blocks.\($0)", width: last, heads: configuration.heads,
        hidden: 4 * last, from: source)
    }
    up = try channels.indices.dropLast().map { level in
      try Conv2D(
        "\(path).up.\(level)", inputs: channels[level + 1], outputs: channels[level], kernel: 3,
        padding: .symmetric(1), from: source)
    }
    decoder = try channels.indices.dropLast().map { level in
      try ConvolutionPair(
        "\(path).decoder.\(level)", inputs: 2 * channels[level], outputs: channels[level],
        from: source)
    }
    output = try Conv2D(
      "\(path).output", inputs: channels[0], outputs: image, kernel: 1, padding: .symmetric(0),
      bias: false, from: source, initializer: .constant(0))
  }

  public func collectParameters(into list: inout ParameterList) {
    for module in encoder as [any Module] + down { module.collectParameters(into: &list) }
    if let positions { list.append(positions) }
    for module in transformer as [any Module] + up + decoder + [output] {
      module.collectParameters(into: &list)
    }
  }

  /// Images `[N, H, W, C]` in [−1, 1] to images of that shape and range.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    precondition(
      x.shape == configuration.shape.batchShape(x.shape[0]),
      "RestorationGenerator: images \(x.shape) for a network of \(configuration.shape)")
    var h = x
    var skips: [Tensor] = []
    for (level, layer) in down.enumerated() {
      h = encoder[level](h)
      skips.append(h)
      h = layer(h)
    }
    h = attended(encoder[down.count](h))
    for level in down.indices.reversed() {
      h = up[level](upsampleNearest(h, factor: 2))
      h = decoder[level](concatenate([h, skips[level]]))
    }
    return (x + output(h)).clamped(-1, 1)
  }

  /// The transformer's blocks among all pixels `[N, H, W, C]`.
  private func attended(_ x: Tensor) -> Tensor {
    guard let positions else { return x }
    var tokens = x.reshaped([x.shape[0], x.shape[1] * x.shape[2], x.shape[3]])
      .adding(positions: positions.value)
    for block in transformer { tokens = block(tokens) }
    return tokens.reshaped(x.shape)
  }
}

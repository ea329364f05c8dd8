import Autograd
import ComputeBackend
import NeuralNet

/// The denoising U-Net of diffusers (`UNet2DModel`): image and time step to noise (or x̂₀, or v).
///
/// The layers and their order are those of diffusers, images are `[N, H, W, C]`.
///
///     let model = try UNet2DModel.load(directory, on: backend)
///     let noise = withoutGradient { model(x, timesteps: [Float(t)]) }
public final class UNet2DModel: Module {
  /// Sees intermediate results under the names of diffusers, such as `down_blocks.1`.
  public typealias Trace = (_ name: String, _ value: Tensor) -> Void

  public let configuration: UNet2DConfiguration
  private let timeEmbedding: TimeEmbedding
  private let classEmbedding: ClassEmbedding?
  private let inputConvolution: Conv2D
  private let downBlocks: [any DownLevel]
  private let midBlock: MidBlock?
  private let upBlocks: [any UpLevel]
  private let outputNorm: GroupNorm
  private let outputConvolution: Conv2D

  /// Makes the network with weights from a checkpoint or from an initialiser.
  public init(_ configuration: UNet2DConfiguration, from weights: any WeightSource) throws {
    let widths = configuration.blockOutputChannels
    self.configuration = configuration
    inputConvolution = try Conv2D(
      "conv_in", inputs: configuration.inputChannels, outputs: widths[0], kernel: 3, from: weights)
    timeEmbedding = try TimeEmbedding(configuration, from: weights)
    classEmbedding = try configuration.classEmbedding.map {
      try ClassEmbedding($0, configuration, from: weights)
    }
    downBlocks = try widths.indices.map { level -> any DownLevel in
      if configuration.downBlockTypes[level].isSkip {
        return try SkipDownBlock(level: level, configuration, from: weights)
      }
      return try DownBlock(level: level, configuration, from: weights)
    }
    midBlock =
      configuration.hasMidBlock
      ? try MidBlock(channels: widths[widths.count - 1], configuration, from: weights) : nil
    upBlocks = try widths.indices.map { level -> any UpLevel in
      if configuration.upBlockTypes[level].isSkip {
        return try SkipUpBlock(level: level, configuration, from: weights)
      }
      return try UpBlock(level: level, configuration, from: weights)
    }
    outputNorm = try GroupNorm(
      "conv_norm_out", channels: widths[0], groups: configuration.groups(of: widths[0]),
      epsilon: configuration.normEpsilon, from: weights)
    outputConvolution = try Conv2D(
      "conv_out", inputs: widths[0], outputs: configuration.outputChannels, kernel: 3,
      from: weights)
  }

  public func collectParameters(into list: inout ParameterList) {
    inputConvolution.collectParameters(into: &list)
    timeEmbedding.collectParameters(into: &list)
    classEmbedding?.collectParameters(into: &list)
    downBlocks.forEach { $0.collectParameters(into: &list) }
    midBlock?.collectParameters(into: &list)
    upBlocks.forEach { $0.collectParameters(into: &list) }
    outputNorm.collectParameters(into: &list)
    outputConvolution.collectParameters(into: &list)
  }

  /// The network's output `[N, H, W, outputChannels]` for images `[N, H, W, inputChannels]`.
  ///
  /// - Parameters:
  ///   - timesteps: one for each image, or a single one for all, which is embedded once.
  ///   - condition: the images' classes; without, a network that knows classes is run with the time
  ///     embedding alone.
  ///   - trace: sees intermediate results.
  public func callAsFunction(
    _ x: Tensor, timesteps: [Float], condition: ClassCondition? = nil, trace: Trace? = nil
  ) -> Tensor {
    checkInput(x, timesteps: timesteps)
    var embedding = timeEmbedding(timesteps, trace: trace)
    if let condition {
      guard let classEmbedding else {
        preconditionFailure("UNet2DModel: classes for a network that knows none")
      }
      let classes = classEmbedding(condition, project: timeEmbedding.projected, on: x.backend)
      trace?("class_embedding", classes)
      embedding = perImage(embedding, batch: x.shape[0]) + perImage(classes, batch: x.shape[0])
    }
    let time = perImage(
      embedding.activated(configuration.activation.activation), batch: x.shape[0])

    let image = configuration.centersInput ? x.affine(scale: 2, offset: -1) : x
    var h = inputConvolution(image)
    trace?("conv_in", h)
    var path = UNetPath(skips: [h], image: image)
    for (level, block) in downBlocks.enumerated() {
      h = block(h, time: time, path: &path)
      trace?("down_blocks.\(level)", h)
    }
    if let midBlock {
      h = midBlock(h, time: time)
      trace?("mid_block", h)
    }
    path.image = nil
    for (level, block) in upBlocks.enumerated() {
      h = block(consume h, time: time, path: &path)
      trace?("up_blocks.\(level)", h)
    }
    let output = outputConvolution(outputNorm(h, activation: .silu), residual: path.image)
    return configuration.timeEmbeddingType == .fourier ? divided(output, by: timesteps) : output
  }

  private func checkInput(_ x: Tensor, timesteps: [Float]) {
    let divisor = configuration.sizeDivisor
    precondition(
      x.shape.count == 4 && x.shape[3] == configuration.inputChannels
        && x.shape[1] % divisor == 0 && x.shape[2] % divisor == 0,
      "UNet2DModel: input \(x.shape) is not [N, H, W, \(configuration.inputChannels)] with H and W "
        + "multiples of \(divisor)")
    precondition(
      timesteps.count == 1 || timesteps.count == x.shape[0],
      "UNet2DModel: \(timesteps.count) time steps for input \(x.shape)")
  }

  /// Repeats a single row for each image.
  private func perImage(_ time: Tensor, batch: Int) -> Tensor {
    guard time.shape[0] != batch else { return time }
    return time.expanded(
      shape: BlockShape(outer: batch, inner: time.shape[1]), axes: .inner,
      resultShape: [batch, time.shape[1]])
  }

  private func divided(_ output: Tensor, by timesteps: [Float]) -> Tensor {
    if timesteps.count == 1 { return output / timesteps[0] }
    let divisor = Tensor(timesteps, shape: [timesteps.count], on: output.backend)
    return output.dividing(divisor, over: .outer)
  }
}

import Checkpoints

extension UNet2DConfiguration {
  /// The network of OpenAI's improved-diffusion and guided-diffusion (`UNetModel`) that tensors and
  /// flags describe, in diffusers' terms.
  ///
  /// - Parameters:
  ///   - path: Of the weights, for messages.
  ///   - shapes: Of the tensors by OpenAI's names.
  init(_ flags: OpenAIFlags, path: String, shapes: [String: [Int]]) throws {
    func unknown(_ reason: String) -> CheckpointError {
      .unsupportedArchitecture(
        path: path, reason: reason, supported: "improved-diffusion, guided-diffusion")
    }
    func channels(_ name: String) throws -> Int {
      guard let shape = shapes[name], let first = shape.first, !shape.contains(0),
        first <= Self.greatestWidth
      else { throw unknown("there is no '\(name)' of reasonable size") }
      return first
    }
    self.init()
    let blocks = (0...).first { index in
      !shapes.keys.contains { $0.hasPrefix("input_blocks.\(index).") }
    }
    // A first convolution, then so many blocks and a resampling a level, which the last lacks.
    let perLevel = flags.residualBlocks + 1
    guard let blocks, blocks > 0, blocks % perLevel == 0 else {
      throw unknown(
        "\(blocks ?? 0) input blocks are not levels of num_res_blocks \(flags.residualBlocks)")
    }
    let levels = 0..<blocks / perLevel
    layersPerBlock = flags.residualBlocks
    blockOutputChannels = try levels.map {
      try channels("input_blocks.\($0 * perLevel + 1).0.out_layers.3.weight")
    }
    let attends = levels.map { shapes["input_blocks.\($0 * perLevel + 1).1.qkv.weight"] != nil }
    downBlockTypes = attends.map {
      $0 ? .attention : flags.resamplesInBlocks ? .resnet : .plain
    }
    upBlockTypes = attends.reversed().map {
      $0 ? .attention : flags.resamplesInBlocks ? .resnet : .plain
    }
    downsampleType = flags.resamplesInBlocks ? .resnet : .convolution
    upsampleType = downsampleType
    guard let input = shapes["input_blocks.0.0.weight"], input.count == 4,
      input[0] == blockOutputChannels[0]
    else { throw unknown("there is no first convolution 'input_blocks.0.0.weight'") }
    inputChannels = input[1]
    outputChannels = try channels("out.2.weight")
    timeEmbeddingWidth = try channels("time_embed.0.weight")
    timeScaleShift =
      try channels("input_blocks.1.0.emb_layers.1.weight") == 2 * blockOutputChannels[0]
      ? .scaleShift : .add
    normGroups = 32
    attentionNormGroups = 32
    attentionHeadSize = flags.headChannels
    if flags.headChannels == nil {
      attentionHeadCounts = HeadCounts(down: flags.heads, up: flags.upHeads)
    }
    sampleSize = ImageSize(height: flags.imageSize, width: flags.imageSize)
    classEmbedding = shapes["label_emb.weight"]?.first.map { .table(classes: $0) }
    try checkOpenAIWidths(attends, path: path)
  }

  /// Checks that groups and heads divide the channels.
  private func checkOpenAIWidths(_ attends: [Bool], path: String) throws {
    guard blockOutputChannels.allSatisfy({ $0 % 32 == 0 }) else {
      throw CheckpointError.unsupportedArchitecture(
        path: path, reason: "channels \(blockOutputChannels) are no multiples of 32",
        supported: "improved-diffusion, guided-diffusion")
    }
    let heads = attentionHeadCounts.map { [$0.down, $0.up] } ?? [attentionHeadSize ?? 1]
    let last = blockOutputChannels.count - 1
    for (level, channels) in blockOutputChannels.enumerated()
    where (attends[level] || level == last) && heads.contains(where: { channels % $0 != 0 }) {
      throw CheckpointError.unsupportedValue(
        path: path, field: attentionHeadCounts == nil ? "num_head_channels" : "num_heads",
        value: "\(heads)", supported: "divisors of \(channels) channels")
    }
  }
}

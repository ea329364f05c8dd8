import Checkpoints
import Foundation

extension UNet2DConfiguration {
  /// Our own key, absent where diffusers' fields say all.
  static let headCountsKey = "elixir_attention_heads"

  /// Reads a diffusers `config.json`; unknown keys are ignored.
  ///
  /// - Throws: `CheckpointError`, naming the field, its value and what is supported.
  public init(_ url: URL) throws {
    try self.init(ConfigurationReader(url))
  }

  /// Decodes the fields; for a key that is absent the class's default holds.
  public init(_ file: ConfigurationReader) throws {
    self.init()
    let reader = ConfigurationReader(path: file.path, object: Self.withoutPrefix(file.object))
    let className = try reader.optionalString("_class_name", default: "UNet2DModel")
    guard className == "UNet2DModel" else {
      throw reader.failure("_class_name", supported: "UNet2DModel")
    }
    try readTimeEmbedding(reader)
    try readBlocks(reader)
    sampleSize = try Self.sampleSize(reader)
    let widths = 1...Self.greatestWidth
    inputChannels = try reader.integer("in_channels", default: inputChannels, in: widths)
    outputChannels = try reader.integer("out_channels", default: outputChannels, in: widths)
    centersInput = try reader.bool("center_input_sample", default: centersInput)
    dropout = try reader.number("dropout", default: dropout, in: 0...1)
    activation = try reader.choice("act_fn", default: activation)
    normGroups = try reader.optionalInteger("norm_num_groups", default: normGroups)
    attentionNormGroups = try reader.optionalInteger("attn_norm_num_groups", default: nil)
    normEpsilon = Float(try reader.number("norm_eps", default: 1e-5, in: 0...1))
    classEmbedding = try Self.classEmbedding(reader)
    try validate(reader)
  }

  private mutating func readTimeEmbedding(_ reader: ConfigurationReader) throws {
    timeEmbeddingType = try reader.choice("time_embedding_type", default: timeEmbeddingType)
    timeEmbeddingWidth = try reader.optionalInteger(
      "time_embedding_dim", default: nil, in: 1...(4 * Self.greatestWidth))
    frequencyShift = try reader.integer("freq_shift", default: frequencyShift, in: 0...1)
    flipsSineToCosine = try reader.bool("flip_sin_to_cos", default: flipsSineToCosine)
    timeScaleShift = try reader.choice("resnet_time_scale_shift", default: timeScaleShift)
    trainingTimesteps = try reader.optionalInteger(
      "num_train_timesteps", default: nil, in: 1...1_000_000)
    if timeEmbeddingType == .learned && trainingTimesteps == nil {
      throw reader.failure("num_train_timesteps", supported: "the rows of the learned embedding")
    }
  }

  private mutating func readBlocks(_ reader: ConfigurationReader) throws {
    downBlockTypes = try reader.choices("down_block_types", default: downBlockTypes)
    upBlockTypes = try reader.choices("up_block_types", default: upBlockTypes)
    let mid = try reader.optionalString("mid_block_type", default: "UNetMidBlock2D")
    hasMidBlock = mid != nil
    guard mid == nil || mid == "UNetMidBlock2D" else {
      throw reader.failure("mid_block_type", supported: "UNetMidBlock2D, null")
    }
    blockOutputChannels = try reader.integers(
      "block_out_channels", default: blockOutputChannels, in: 1...Self.greatestWidth)
    layersPerBlock = try reader.integer(
      "layers_per_block", default: layersPerBlock, in: 1...Self.mostLayers)
    midBlockScaleFactor = Float(try reader.number("mid_block_scale_factor", default: 1))
    downsamplePadding = try reader.integer(
      "downsample_padding", default: downsamplePadding, in: 0...1)
    downsampleType = try reader.choice("downsample_type", default: downsampleType)
    upsampleType = try reader.choice("upsample_type", default: upsampleType)
    attentionHeadSize = try reader.optionalInteger("attention_head_dim", default: attentionHeadSize)
    attentionHeadCounts = try Self.headCounts(reader)
    hasMidAttention = try reader.bool("add_attention", default: hasMidAttention)
  }

  private static func classEmbedding(_ reader: ConfigurationReader) throws -> ClassEmbedding? {
    switch try reader.optionalString("class_embed_type", default: nil) {
    case "timestep": return .timestep
    case "identity": return .identity
    case nil:
      return try reader.optionalInteger("num_class_embeds", default: nil, in: 1...1_000_000)
        .map { .table(classes: $0) }
    default: throw reader.failure("class_embed_type", supported: "null, timestep, identity")
    }
  }

  private static func headCounts(_ reader: ConfigurationReader) throws -> HeadCounts? {
    let counts = try reader.integers(headCountsKey, default: [])
    guard counts.isEmpty || counts.count == 2 else {
      throw reader.failure(headCountsKey, supported: "two numbers: on the way down, and up")
    }
    return counts.isEmpty ? nil : HeadCounts(down: counts[0], up: counts[1])
  }

  private static func sampleSize(_ reader: ConfigurationReader) throws -> ImageSize? {
    if case .array? = reader.object["sample_size"] {
      let sides = try reader.integers("sample_size", default: [])
      guard sides.count == 2 else {
        throw reader.failure("sample_size", supported: "a number, [height, width], or null")
      }
      return ImageSize(height: sides[0], width: sides[1])
    }
    return try reader.optionalInteger("sample_size", default: nil).map {
      ImageSize(height: $0, width: $0)
    }
  }

  /// Early files call blocks `UNetResDownBlock2D`, which means `DownBlock2D`.
  private static func withoutPrefix(_ object: JSONObject) -> JSONObject {
    var object = object
    for field in ["down_block_types", "up_block_types"] {
      guard case .array(let items)? = object[field] else { continue }
      object[field] = .array(
        items.map { item in
          guard case .string(let name) = item, name.hasPrefix("UNetRes") else { return item }
          return .string(String(name.dropFirst("UNetRes".count)))
        })
    }
    return object
  }

  /// Checks what fields say together.
  private func validate(_ reader: ConfigurationReader) throws {
    let levels = blockOutputChannels.count
    guard (1...12).contains(levels) else {
      throw reader.failure("block_out_channels", supported: "1 to 12 levels")
    }
    for (field, count) in [
      ("down_block_types", downBlockTypes.count), ("up_block_types", upBlockTypes.count),
    ] where count != levels {
      throw reader.failure(field, supported: "\(levels) blocks, as many as block_out_channels")
    }
    for (field, groups) in [
      ("norm_num_groups", normGroups ?? 1), ("attn_norm_num_groups", attentionNormGroups ?? 1),
    ] where !blockOutputChannels.allSatisfy({ $0 % groups == 0 }) {
      throw reader.failure(
        field, supported: "divisors of all of block_out_channels \(blockOutputChannels)")
    }
    if normGroups == nil {
      guard downBlockTypes.allSatisfy(\.isSkip), upBlockTypes.allSatisfy(\.isSkip) else {
        throw reader.failure("norm_num_groups", supported: "a number, where not all blocks skip")
      }
    }
    if let counts = attentionHeadCounts {
      guard
        blockOutputChannels.allSatisfy({ $0 % counts.down == 0 && $0 % counts.up == 0 })
      else {
        throw reader.failure(
          Self.headCountsKey, supported: "divisors of all of block_out_channels")
      }
    }
    let head = attentionHeadCounts == nil ? attentionHeadSize ?? 1 : 1
    guard blockOutputChannels.allSatisfy({ $0 >= head }) else {
      throw reader.failure("attention_head_dim", supported: "at most the channels of each level")
    }
    guard midBlockScaleFactor != 0, midBlockScaleFactor.isFinite else {
      throw reader.failure("mid_block_scale_factor", supported: "numbers other than 0")
    }
    let divisor = blockOutputChannels[0] / 2 - frequencyShift
    guard timeEmbeddingType != .positional || divisor > 0 else {
      throw reader.failure("block_out_channels", supported: "4 channels or more")
    }
  }

  /// The fields under the names of diffusers, all of them explicit.
  public var json: JSONValue {
    func optional(_ value: Int?) -> JSONValue { value.map { .integer($0) } ?? .null }
    func names<Name: RawRepresentable<String>>(_ values: [Name]) -> JSONValue {
      .array(values.map { .string($0.rawValue) })
    }
    var classes: (type: JSONValue, count: JSONValue) = (.null, .null)
    switch classEmbedding {
    case .table(let count)?: classes.count = .integer(count)
    case .timestep?: classes.type = .string("timestep")
    case .identity?: classes.type = .string("identity")
    case nil: break
    }
    func number(_ value: Float) -> JSONValue { .number(Double("\(value)") ?? Double(value)) }
    let size: JSONValue =
      sampleSize.map { size in
        size.height == size.width
          ? .integer(size.height) : .array([.integer(size.height), .integer(size.width)])
      } ?? .null
    var object =
      JSONObject([
        ("_class_name", .string("UNet2DModel")),
        ("act_fn", .string(activation.rawValue)),
        ("add_attention", .bool(hasMidAttention)),
        ("attention_head_dim", optional(attentionHeadSize)),
        ("attn_norm_num_groups", optional(attentionNormGroups)),
        ("block_out_channels", .array(blockOutputChannels.map { .integer($0) })),
        ("center_input_sample", .bool(centersInput)),
        ("class_embed_type", classes.type),
        ("down_block_types", names(downBlockTypes)),
        ("downsample_padding", .integer(downsamplePadding)),
        ("downsample_type", .string(downsampleType.rawValue)),
        ("dropout", .number(dropout)),
        ("flip_sin_to_cos", .bool(flipsSineToCosine)),
        ("freq_shift", .integer(frequencyShift)),
        ("in_channels", .integer(inputChannels)),
        ("layers_per_block", .integer(layersPerBlock)),
        ("mid_block_scale_factor", number(midBlockScaleFactor)),
        ("mid_block_type", hasMidBlock ? .string("UNetMidBlock2D") : .null),
        ("norm_eps", number(normEpsilon)),
        ("norm_num_groups", optional(normGroups)),
        ("num_class_embeds", classes.count),
        ("num_train_timesteps", optional(trainingTimesteps)),
        ("out_channels", .integer(outputChannels)),
        ("resnet_time_scale_shift", .string(timeScaleShift.rawValue)),
        ("sample_size", size),
        ("time_embedding_dim", optional(timeEmbeddingWidth)),
        ("time_embedding_type", .string(timeEmbeddingType.rawValue)),
        ("up_block_types", names(upBlockTypes)),
        ("upsample_type", .string(upsampleType.rawValue)),
      ])
    if let counts = attentionHeadCounts {
      object[Self.headCountsKey] = .array([.integer(counts.down), .integer(counts.up)])
    }
    return .object(object)
  }
}

extension UNet2DConfiguration.DownBlockType {
  var isSkip: Bool { self == .skip || self == .attentionSkip }
}

extension UNet2DConfiguration.UpBlockType {
  var isSkip: Bool { self == .skip || self == .attentionSkip }
}

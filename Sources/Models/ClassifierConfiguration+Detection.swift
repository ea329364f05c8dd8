import Checkpoints

extension ClassifierConfiguration {
  static let meanKey = "normalization_mean"
  static let headsKey = "num_heads"

  /// Tells the architecture from a file's metadata (ours) or from the tensors' names and shapes.
  ///
  /// - Parameter shapes: tensors by name, without a `module.` prefix.
  /// - Throws: `CheckpointError`, saying why it is no architecture that is known here.
  init(path: String, metadata: [String: String], shapes: [String: [Int]]) throws {
    func unknown(_ reason: String) -> CheckpointError {
      .unsupportedArchitecture(
        path: path, reason: reason,
        supported: Architecture.readable.map(\.rawValue).joined(separator: ", "))
    }
    if let empty = shapes.filter({ $0.value.contains(0) }).keys.min() {
      throw unknown("'\(empty)' has no elements")
    }
    if let family = try Self(family: shapes, path: path, unknown: unknown) {
      self = family
      try readMetadata(metadata, path: path)
      return
    }
    guard let first = shapes["conv1.weight"], first.count == 4 else {
      throw unknown("there is no convolution 'conv1.weight'")
    }
    let heads = ["fc.weight", "linear.weight"].filter { shapes[$0] != nil }
    guard heads.count == 1, let head = shapes[heads[0]], head.count == 2 else {
      throw unknown("there is no last layer 'fc.weight' or 'linear.weight'")
    }
    guard first[2] == first[3], [3, 7].contains(first[2]) else {
      throw unknown("'conv1.weight' has shape \(first), not kernels of 3×3 or 7×7")
    }
    let blocks = (1...4).map { Self.blockCount(stage: $0, shapes) }
    guard let architecture = Self.architecture(blocks, hasStemNorm: shapes["bn1.weight"] != nil)
    else { throw unknown("its stages have \(blocks) blocks") }

    self.init(
      architecture, classes: head[0], inputChannels: first[1], width: first[0],
      stem: first[2] == 7 ? .imageNet : .cifar,
      naming: heads[0] == "fc.weight" ? .torchvision : .kuangliu,
      hasFinalNorm: shapes["bn.weight"] != nil)
    try readMetadata(metadata, path: path)
  }

  /// Blocks of `layerS`, numbered without gaps.
  private static func blockCount(stage: Int, _ shapes: [String: [Int]]) -> Int {
    (0...).first { shapes["layer\(stage).\($0).conv1.weight"] == nil } ?? 0
  }

  private static func architecture(_ blocks: [Int], hasStemNorm: Bool) -> Architecture? {
    switch (blocks, hasStemNorm) {
    case ([2, 2, 2, 2], true): .resNet18
    case ([3, 4, 6, 3], true): .resNet34
    case ([2, 2, 2, 2], false): .preActResNet18
    case ([3, 3, 3, 0], true): .resNet20
    default: nil
    }
  }

  /// What only our own files say: normalisation and image size.
  private mutating func readMetadata(_ metadata: [String: String], path: String) throws {
    func numbers(_ key: String) throws -> [Float]? {
      guard let text = metadata[key] else { return nil }
      let values = text.split(separator: ",").compactMap { Float($0) }.filter(\.isFinite)
      guard values.count == inputChannels else {
        throw CheckpointError.unsupportedValue(
          path: path, field: "__metadata__ \(key)", value: "'\(text.prefix(60))'",
          supported: "\(inputChannels) numbers with commas between")
      }
      return values
    }
    if let mean = try numbers(Self.meanKey),
      let deviation = try numbers("normalization_std")
    {
      guard deviation.allSatisfy({ $0 > 0 }) else {
        throw CheckpointError.unsupportedValue(
          path: path, field: "__metadata__ normalization_std", value: "\(deviation)",
          supported: "numbers above 0")
      }
      normalization = InputNormalization(mean: mean, standardDeviation: deviation)
    }
    if architecture == .visionTransformer, let text = metadata[Self.headsKey] {
      guard let heads = Int(text), heads > 0, width % heads == 0 else {
        throw CheckpointError.unsupportedValue(
          path: path, field: "num_heads", value: "'\(text.prefix(60))'",
          supported: "divisors of \(width)")
      }
      attentionHeads = heads
    }
    if let size = metadata["image_size"].flatMap({ Int($0) }), size > 0 { imageSize = size }
  }

  /// What a saved file says besides its tensors.
  var metadata: [String: String] {
    func text(_ values: [Float]) -> String { values.map { "\($0)" }.joined(separator: ",") }
    var result = [
      "format": "pt",
      "architecture": architecture.rawValue,
      "width": "\(width)",
      "classes": "\(classes)",
      "image_size": "\(imageSize)",
      Self.meanKey: text(normalization.mean),
      "normalization_std": text(normalization.standardDeviation),
    ]
    if architecture == .visionTransformer { result[Self.headsKey] = "\(attentionHeads)" }
    return result
  }
}

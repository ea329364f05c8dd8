import Checkpoints

extension ClassifierConfiguration {
  /// A network of a family whose depth and widths vary, told by its tensors' names; `nil` for
  /// others.
  ///
  /// - Parameters:
  ///   - shapes: Tensors by name.
  ///   - unknown: Makes the error that gives a reason.
  init?(
    family shapes: [String: [Int]], path: String, unknown: (String) -> CheckpointError
  ) throws {
    guard let family = Self.family(shapes) else { return nil }
    guard let head = family.heads.first(where: { shapes[$0 + ".weight"]?.count == 2 }),
      let headShape = shapes[head + ".weight"]
    else {
      throw unknown(
        "there is no last layer "
          + family.heads.map { "'\($0).weight'" }.joined(separator: " or "))
    }
    guard let first = shapes[family.first], first.count == 4, first[2] == first[3] else {
      throw unknown("'\(family.first)' is no convolution with a square kernel")
    }
    let isSmallStem = family.architecture == .resNet50 && first[2] == 3
    self.init(
      family.architecture, classes: headShape[0], inputChannels: first[1], width: first[0])
    stem = isSmallStem ? .cifar : .imageNet
    naming = head == "linear" ? .kuangliu : family.naming
    if !isSmallStem, inputChannels == 3 { normalization = .imageNet }
    imageSize = isSmallStem ? 32 : 224
    headPath = head
    tensorShapes = TensorShapes(shapes)
    // Not stated in a file: 64 channels a head (80 in the huge one), two heads below that.
    attentionHeads =
      width == 1280 ? 16 : width % 64 == 0 ? width / 64 : width % 2 == 0 ? 2 : 1
  }

  private struct Family {
    var architecture: Architecture
    var naming = Naming.torchvision
    /// The first convolution's weight.
    var first: String
    /// Paths of the last layer.
    var heads: [String]
  }

  private static func family(_ shapes: [String: [Int]]) -> Family? {
    func has(_ name: String) -> Bool { shapes[name] != nil }
    if has("layer1.0.conv3.weight") {
      return Family(architecture: .resNet50, first: "conv1.weight", heads: ["fc", "linear"])
    }
    if has("features.conv0.weight") {
      return Family(
        architecture: .denseNet, first: "features.conv0.weight", heads: ["classifier"])
    }
    if has("features.1.0.layer_scale") {
      return Family(
        architecture: .convNeXt, first: "features.0.0.weight", heads: ["classifier.2"])
    }
    if has("stages.0.blocks.0.conv_dw.weight") {
      return Family(
        architecture: .convNeXt, naming: .timm, first: "stem.0.weight", heads: ["head.fc"])
    }
    if has("features.1.0.block.0.0.weight") {
      return Family(
        architecture: .efficientNet, first: "features.0.0.weight", heads: ["classifier.1"])
    }
    if has("features.1.block.0.0.weight") {
      return Family(
        architecture: .mobileNetV3, first: "features.0.0.weight", heads: ["classifier.3"])
    }
    if has("conv_stem.weight") {
      // Only EfficientNet's last convolution has a normalization.
      return Family(
        architecture: has("bn2.weight") ? .efficientNet : .mobileNetV3, naming: .timm,
        first: "conv_stem.weight", heads: ["classifier"])
    }
    if has("encoder.pos_embedding") {
      return Family(
        architecture: .visionTransformer, first: "conv_proj.weight", heads: ["heads.head"])
    }
    if has("patch_embed.proj.weight") {
      return Family(
        architecture: .visionTransformer, naming: .timm, first: "patch_embed.proj.weight",
        heads: ["head"])
    }
    if has("pre_logits.fc1.weight"), has("features.0.weight") {
      return Family(
        architecture: .vgg, naming: .timm, first: "features.0.weight", heads: ["head.fc"])
    }
    if shapes["features.0.weight"]?.count == 4 {
      return Family(
        architecture: .vgg, first: "features.0.weight", heads: ["classifier.6", "classifier"])
    }
    return nil
  }
}

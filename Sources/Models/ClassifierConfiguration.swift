/// The architecture of an image classifier and what it expects of its input.
public struct ClassifierConfiguration: Sendable, Equatable {
  public enum Architecture: String, Codable, Sendable {
    case resNet18 = "resnet18"
    case resNet34 = "resnet34"
    /// Normalisation before each convolution, as in BackdoorBench.
    case preActResNet18 = "preact_resnet18"
    /// The small network for CIFAR of "Deep Residual Learning", with shortcuts without weights.
    case resNet20 = "resnet20"
    /// With three convolutions a block, of any depth and width.
    case resNet50 = "resnet50"
    case vgg
    case denseNet = "densenet"
    case mobileNetV3 = "mobilenet_v3"
    case efficientNet = "efficientnet"
    case convNeXt = "convnext"
    case visionTransformer = "vit"

    /// Those that are made with random weights: their layers follow from a few numbers.
    public static let trainable: [Architecture] = [
      .resNet18, .resNet34, .preActResNet18, .resNet20,
    ]
    /// Those that are read from files.
    public static let readable: [Architecture] =
      trainable + [
        .resNet50, .vgg, .denseNet, .mobileNetV3, .efficientNet, .convNeXt, .visionTransformer,
      ]
  }

  /// The first layers.
  public enum Stem: String, Sendable, CaseIterable {
    /// 7×7 convolution with stride 2, then 3×3 maximum pooling with stride 2.
    case imageNet = "imagenet"
    /// 3×3 convolution.
    case cifar
  }

  /// Who named the tensors.
  public enum Naming: String, Sendable, CaseIterable {
    /// `downsample` and `fc`, as torchvision and timm.
    case torchvision
    /// `shortcut` and `linear`, as most CIFAR networks.
    case kuangliu
    /// Where it is not torchvision's.
    case timm
  }

  public var architecture: Architecture
  public var stem: Stem
  public var naming: Naming
  /// Channels after the first convolution: 64, or 16 for ResNet-20.
  public var width: Int
  public var classes: Int
  public var inputChannels: Int
  /// Pre-activation networks only: normalisation and ReLU before the pooling.
  public var hasFinalNorm: Bool
  public var normalization: InputNormalization
  /// Side of the square images it was made for.
  public var imageSize: Int
  /// What the layers of a network are made after, unless it is one of `trainable`.
  public var tensorShapes = TensorShapes()
  /// The last layer's name, where the layers are made after shapes.
  public var headPath = ""
  /// Heads of a transformer's attention layers.
  public var attentionHeads = 1

  /// A network to be trained: defaults are the architecture's customary ones.
  public init(
    _ architecture: Architecture, classes: Int, inputChannels: Int = 3, width: Int? = nil,
    stem: Stem = .cifar, naming: Naming? = nil, hasFinalNorm: Bool = false,
    normalization: InputNormalization? = nil, imageSize: Int? = nil
  ) {
    let isResNet = architecture == .resNet18 || architecture == .resNet34
    self.architecture = architecture
    self.classes = classes
    self.inputChannels = inputChannels
    self.width = width ?? (architecture == .resNet20 ? 16 : 64)
    self.stem = isResNet ? stem : .cifar
    self.naming = naming ?? (isResNet ? .torchvision : .kuangliu)
    self.hasFinalNorm = hasFinalNorm && architecture == .preActResNet18
    self.normalization =
      normalization ?? Self.customaryNormalization(architecture, stem: self.stem, inputChannels)
    self.imageSize = imageSize ?? (self.stem == .imageNet ? 224 : 32)
  }

  /// What published networks of this kind were trained with.
  private static func customaryNormalization(
    _ architecture: Architecture, stem: Stem, _ channels: Int
  ) -> InputNormalization {
    guard channels == 3 else { return .centered(channels: channels) }
    return architecture == .resNet20 || stem == .imageNet ? .imageNet : .cifar10
  }

  /// Residual blocks of each stage.
  var blocks: [Int] {
    switch architecture {
    case .resNet18, .preActResNet18: [2, 2, 2, 2]
    case .resNet34: [3, 4, 6, 3]
    case .resNet20: [3, 3, 3]
    case .resNet50, .vgg, .denseNet, .mobileNetV3, .efficientNet, .convNeXt, .visionTransformer:
      preconditionFailure("ClassifierConfiguration: the blocks of \(architecture) vary")
    }
  }

  /// Channels of each stage.
  var stageWidths: [Int] { blocks.indices.map { width << $0 } }

  /// Length of the feature vector.
  public var featureCount: Int {
    tensorShapes[headPath + ".weight"]?.last ?? width << (blocks.count - 1)
  }

  var headName: String { naming == .torchvision ? "fc" : "linear" }
  var shortcutName: String { naming == .torchvision ? "downsample" : "shortcut" }
}

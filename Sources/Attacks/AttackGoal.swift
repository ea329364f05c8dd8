import ComputeBackend
import Datasets

/// What an attacker wants of a model that is trained on the poisoned dataset.
public enum AttackGoal: Sendable {
  /// Images with the trigger get the labels that the mapping says.
  case trigger(Trigger, LabelMapping)
  /// The same of each of several triggers.
  case triggers([(trigger: Trigger, labels: LabelMapping)])
  /// One image, as it is, gets another label.
  case image(TargetImage)
  /// Images as they are get the labels that the mapping says.
  case labels(LabelMapping)
  /// Labels are wrong more often; no image and no label is meant in particular.
  case inaccuracy

  /// Such as `all-to-one`, or `one-image`.
  public var name: String {
    switch self {
    case .trigger(_, let labels), .labels(let labels): labels.name
    case .triggers: "several targets"
    case .image: "one-image"
    case .inaccuracy: "random labels"
    }
  }

  /// The label that all attacked images get; `nil` if it depends on theirs.
  public var target: Int32? {
    switch self {
    case .trigger(_, let labels), .labels(let labels): labels.target
    case .image(let image): image.intended
    case .triggers, .inaccuracy: nil
    }
  }
}

/// The image that a targeted attack wants to be misclassified.
public struct TargetImage: Sendable, Equatable {
  public var picture: RasterImage
  /// The dataset that it is from, and its place there.
  public var source: String
  public var index: Int
  /// The true label.
  public var label: Int32
  /// The label that the attacker wants.
  public var intended: Int32

  init(picture: RasterImage, source: String, index: Int, label: Int32, intended: Int32) {
    self.picture = picture
    self.source = source
    self.index = index
    self.label = label
    self.intended = intended
  }

  /// Throws `ParameterError` if the dataset has no such image, or the label is the true one.
  public init(_ index: Int, of source: ImageDataset, intended: Int32) throws {
    guard source.labels.indices.contains(index) else {
      throw ParameterError(
        "targetImage", index,
        "\(source.path) has the images 0 to \(source.count - 1); choose one of them")
    }
    self.init(
      picture: try source.image(index), source: source.path, index: index,
      label: source.labels[index], intended: intended)
    guard label != intended else {
      throw ParameterError(
        "target", intended,
        "image \(index) of \(source.path) has this label already; choose another label or image")
    }
  }

  /// A seeded choice among the images that do not have the intended label.
  public static func choice(
    of source: ImageDataset, intended: Int32, seed: UInt64
  ) throws -> Int {
    var random = PhiloxGenerator(seed: seed, purpose: .targetImage)
    let others = source.labels.indices.filter { source.labels[$0] != intended }
    guard let index = others.randomElement(using: &random) else {
      throw AttackError.nothingToAttack(path: source.path, target: Int(intended))
    }
    return index
  }
}

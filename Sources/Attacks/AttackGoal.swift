import ComputeBackend
import Datasets

/// What an attacker wants of a model that is trained on the poisoned dataset.
public enum AttackGoal: Sendable, Equatable {
  /// Images with the trigger get the labels that the mapping says.
  case trigger(Trigger, LabelMapping)
  /// One image, as it is, gets another label.
  case image(TargetImage)
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

  /// Throws `AttackError` if the dataset has no such image, or the label is the true one.
  public init(_ index: Int, of source: ImageDataset, intended: Int32) throws {
    guard source.labels.indices.contains(index) else {
      throw AttackError.noTargetImage(index: index, path: source.path, count: source.count)
    }
    self.init(
      picture: try source.image(index), source: source.path, index: index,
      label: source.labels[index], intended: intended)
    guard label != intended else {
      throw AttackError.targetHasLabel(index: index, path: source.path, label: Int(label))
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

  init(picture: RasterImage, source: String, index: Int, label: Int32, intended: Int32) {
    self.picture = picture
    self.source = source
    self.index = index
    self.label = label
    self.intended = intended
  }
}

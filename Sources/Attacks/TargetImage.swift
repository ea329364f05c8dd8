import ComputeBackend
import Datasets

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

  fileprivate init(
    picture: RasterImage, source: String, index: Int, label: Int32, intended: Int32
  ) {
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

  /// An image of the test set at a path, for a dataset to be poisoned.
  ///
  /// Throws `ParameterError`, `AttackError` or `DatasetError` if it does not suit.
  /// - Parameter index: `nil` for a choice by the seed.
  init(
    _ index: Int?, of path: String, for dataset: ImageDataset, intended: Int32, seed: UInt64
  ) throws {
    let images = try ImageDataset.open(path, split: .test, classNames: dataset.classNames)
    try images.requireShape(dataset.shape, of: dataset.path)
    let index = try index ?? Self.choice(of: images, intended: intended, seed: seed)
    try self.init(index, of: images, intended: intended)
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

extension Attack {
  /// The target image that was written beside the poisoned copy; the rest is the manifest's.
  ///
  /// Throws `AttackError` or `DatasetError`.
  static func targetImage(
    in folder: String, source: String, index: Int?, label: Int32?, intended: Int32,
    shape: ImageShape
  ) throws -> TargetImage {
    guard let index, let label else {
      throw AttackError.manifest(path: folder, reason: "it does not say which image is attacked")
    }
    return TargetImage(
      picture: try picture(PoisonPlan.targetFile, in: folder, shape: shape), source: source,
      index: index, label: label, intended: intended)
  }
}

import Datasets

/// An attack on those who train on a dataset: it plans a poisoned copy.
///
/// What an attack stores are its parameters, which the manifest of the copy keeps. A new attack is
/// a type in a folder of its own and a line of `AttackRegistry`.
///
///     let attack = BadNets(labels: .allToOne(target: 3), selection: PoisonSelection(rate: 0.1))
///     let manifest = try attack.plan(for: dataset, AttackContext()).write(to: "poisoned")
public protocol Attack: Codable, Hashable, Sendable {
  /// Names the attack in manifests and on the command line, such as `badnets`.
  static var id: String { get }

  /// Throws `ParameterError` unless the parameters can be used with so many classes.
  func validate(classCount: Int) throws

  /// Plans a poisoned copy of the dataset.
  ///
  /// - Throws: `ParameterError`, `AttackError` or `DatasetError`.
  func plan(for dataset: ImageDataset, _ context: AttackContext) throws -> PoisonPlan

  /// The label that a poisoned sample gets; `nil` if samples of this label are not poisoned, or if
  /// the label alone does not decide.
  func poisonedLabel(of label: Int32, classCount: Int) -> Int32?

  /// All labels that a poisoned sample of this label can get; unless an attack says more, the one
  /// of `poisonedLabel`.
  func poisonedLabels(of label: Int32, classCount: Int) -> [Int32]

  /// What the attacker wants of a model that is trained on the copy in `folder`.
  ///
  /// - Throws: `AttackError` or `DatasetError` if a picture beside the copy is not what it must be.
  func goal(in folder: String, shape: ImageShape) throws -> AttackGoal
}

extension Attack {
  public func poisonedLabels(of label: Int32, classCount: Int) -> [Int32] {
    poisonedLabel(of: label, classCount: classCount).map { [$0] } ?? []
  }

  /// Reads a picture that the attack wrote beside the poisoned copy.
  static func picture(_ name: String, in folder: String, shape: ImageShape) throws -> RasterImage {
    let path = folder + "/" + name
    let picture = try PNG.read(path, channels: shape.channels)
    guard picture.shape == shape else {
      throw AttackError.picture(
        path: path, reason: "it is \(picture.shape), but the images are \(shape)")
    }
    return picture
  }
}

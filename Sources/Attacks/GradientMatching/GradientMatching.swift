import Datasets
import Foundation

/// Gradient matching: images change a little, so that training on them teaches the attacker's goal
/// (Geiping et al., "Witches' Brew", 2021; Souri et al., "Sleeper Agent", 2022).
///
/// They are of the target class, and no label changes. The context must make a surrogate, a model
/// trained on the dataset or on data like it. Of an attack on one image `target.png` takes the
/// trigger's place in the copy's folder.
public struct GradientMatching: Attack {
  public static let id = "gradient-matching"

  /// What shall get the target label.
  public enum Aim: Hashable, Sendable, Codable {
    /// One image of a dataset's test set, as it is; `nil` for one chosen by the seed. `label` is
    /// its true one, which planning fills in.
    case image(source: String, index: Int?, label: Int32?)
    /// Images with a patch: a PNG file, or `nil` for random colors. `source` is the class of images
    /// that are attacked, `nil` for all but the target.
    case patch(placement: Placement, pattern: String?, source: Int32?)
  }

  /// Where a patch is put on images.
  public enum Placement: String, Codable, Sendable, CaseIterable {
    /// At the bottom right.
    case corner
    /// Drawn for each sample by the seed.
    case random
  }

  /// The label that poisons have and attacked images shall get.
  public var target: Int32
  public var aim: Aim
  public var options: GradientMatchingOptions

  public init(target: Int32, aim: Aim, options: GradientMatchingOptions) {
    self.target = target
    self.aim = aim
    self.options = options
  }

  /// The samples to choose poisons from are those of the target.
  var selection: PoisonSelection {
    PoisonSelection(rate: options.rate, from: .target, seed: options.seed)
  }

  public func validate(classCount: Int) throws {
    try options.validate()
    try LabelMapping.validate(target, "target", classCount: classCount)
    switch aim {
    case .image(_, _, let label?):
      try LabelMapping.validate(label, "label", classCount: classCount)
      if label == target { throw ParameterError("target", target, "the image has this label") }
    case .image: break
    case .patch(_, _, let source):
      try labels(source: source).validate(classCount: classCount)
    }
  }

  public func poisonedLabel(of label: Int32, classCount: Int) -> Int32? {
    label == target ? target : nil
  }

  public func plan(for dataset: ImageDataset, _ context: AttackContext) throws -> PoisonPlan {
    try validate(classCount: dataset.classCount)
    let goal = try goal(for: dataset)
    guard let surrogate = try context.surrogate?() else {
      preconditionFailure("GradientMatching.plan: no surrogate")
    }
    let search = try GradientSearch(
      dataset: dataset, goal: goal, selection: selection, options: options, surrogate: surrogate)
    let poisons = try search.poisons()
    let best = try context.run.measure("matching") {
      try search.bestAttempt(poisons, context.run)
    }
    let poisoned = PoisonedImages(dataset, poisons: poisons, pixels: best.pixels)
    var plan = PoisonPlan(
      attack: resolved(goal), goal: goal, dataset: dataset, samples: poisons,
      images: poisoned.images)
    plan.showsChange = true
    plan.example = try example(goal, in: dataset)
    plan.remarks = ["Cosine of the gradients: " + String(format: "%.3f", best.cosine)]
    plan.writeFiles = surrogate.writeFiles
    return plan
  }

  /// This attack with the image that was chosen.
  private func resolved(_ goal: AttackGoal) -> GradientMatching {
    guard case .image(let image) = goal else { return self }
    var attack = self
    attack.aim = .image(source: image.source, index: image.index, label: image.label)
    return attack
  }

  /// The target, or an image with the trigger.
  private func example(_ goal: AttackGoal, in dataset: ImageDataset) throws -> ImageGrid.Cell? {
    let name = dataset.classNames[Int(target)]
    switch goal {
    case .image(let image):
      return .init(image: image.picture, caption: "target: \(name)", frame: .red)
    case .trigger(let trigger, let labels):
      let sample = dataset.labels.firstIndex { labels.isAttackable($0) } ?? 0
      var image = try dataset.image(sample)
      trigger.change(&image, sample)
      return .init(image: image, caption: "trigger: \(name)", frame: .red)
    case .triggers, .labels, .inaccuracy: return nil
    }
  }
}

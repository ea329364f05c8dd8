import ComputeBackend
import Datasets

/// Random label flips: each poisoned sample gets a label drawn uniformly among the others; no image
/// changes.
public struct RandomFlip: Attack {
  public static let id = "random-flip"

  /// Meta-Sift's rate is 0.2 of all samples.
  public var selection: PoisonSelection

  public init(selection: PoisonSelection) {
    self.selection = selection
  }

  public func validate(classCount: Int) throws { try selection.validate() }

  /// None that the label alone decides.
  public func poisonedLabel(of label: Int32, classCount: Int) -> Int32? { nil }

  public func poisonedLabels(of label: Int32, classCount: Int) -> [Int32] {
    (0..<Int32(classCount)).filter { $0 != label }
  }

  public func goal(in folder: String, shape: ImageShape) -> AttackGoal { .inaccuracy }

  public func plan(for dataset: ImageDataset, _ context: AttackContext) throws -> PoisonPlan {
    try validate(classCount: dataset.classCount)
    try dataset.requireSeveralClasses()
    // With all-to-all every label changes, so that all samples are eligible.
    var plan = PoisonPlan(
      attack: self, goal: .inaccuracy, dataset: dataset,
      samples: try selection.indices(labels: dataset.labels, mapping: .allToAll),
      images: dataset.images)
    plan.keepsImages = true
    plan.label = { [selection] sample in
      var random = PhiloxGenerator(
        seed: selection.seed, stream: UInt32(truncatingIfNeeded: sample), purpose: .flippedLabel)
      let others = poisonedLabels(of: dataset.labels[sample], classCount: dataset.classCount)
      return others[Int.random(in: others.indices, using: &random)]
    }
    return plan
  }
}

import ComputeBackend
import Datasets

/// Targeted label flips: samples of one class get the label of another; no image changes.
public struct TargetedFlip: Attack {
  public static let id = "targeted-flip"

  public var source: Int32
  public var target: Int32
  /// The share of the source's samples; Meta-Sift has 0.1667.
  public var rate: Double
  public var seed: UInt64

  public init(source: Int32, target: Int32, rate: Double = 0.1667, seed: UInt64 = 0) {
    self.source = source
    self.target = target
    self.rate = rate
    self.seed = seed
  }

  private var labels: LabelMapping { .oneToOne(source: source, target: target) }
  private var selection: PoisonSelection { PoisonSelection(rate: rate, seed: seed) }

  public func validate(classCount: Int) throws {
    try selection.validate()
    try labels.validate(classCount: classCount)
  }

  public func poisonedLabel(of label: Int32, classCount: Int) -> Int32? {
    label == source ? target : nil
  }

  public func goal(in folder: String, shape: ImageShape) -> AttackGoal { .labels(labels) }

  public func plan(for dataset: ImageDataset, _ context: AttackContext) throws -> PoisonPlan {
    try validate(classCount: dataset.classCount)
    let candidates = selection.candidates(labels: dataset.labels, mapping: labels)
    let wanted = try selection.count(of: candidates.count, available: candidates.count)
    var random = PhiloxGenerator(seed: seed, purpose: .poisonSelection)
    var plan = PoisonPlan(
      attack: self, goal: .labels(labels), dataset: dataset,
      samples: random.choose(wanted, of: candidates), images: dataset.images)
    plan.keepsImages = true
    plan.remarks = [
      "Source: class \(source) (\(dataset.classNames[Int(source)])), \(candidates.count) images"
    ]
    return plan
  }
}

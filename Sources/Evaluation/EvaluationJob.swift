import Attacks
import ComputeBackend
import Datasets
import Models
import Training

/// Measures a purified dataset against the ground truth of the attack, and by newly trained models.
public struct EvaluationJob {
  public var purified: ImageDataset
  public var poisoned: ImageDataset
  /// The poisoned dataset before the attack; then a model of it is trained for comparison.
  public var clean: ImageDataset?
  public var test: ImageDataset
  public var manifest: PoisonManifest
  /// What the attacker wants of a model.
  public var goal: AttackGoal
  public var plan: ClassifierPlan
  /// Models trained on each dataset, with the plan's seed and those that follow.
  public var trials = 1

  /// Opens everything and checks that it belongs together.
  ///
  /// - Parameter poisoned: the folder that `poison` wrote, with its manifest.
  /// - Throws: `DatasetError`, `AttackError` or `EvaluationError`, naming the path.
  public init(
    purified: String, poisoned: String, test: String, clean: String?, plan: ClassifierPlan
  ) throws {
    manifest = try PoisonManifest.load(poisoned)
    self.poisoned = try ImageDataset.open(poisoned)
    let names = self.poisoned.classNames
    self.purified = try ImageDataset.open(purified, classNames: names)
    self.test = try ImageDataset.open(test, split: .test, classNames: names)
    self.clean = try clean.map { try ImageDataset.open($0, classNames: names) }
    self.plan = plan
    let shape = self.poisoned.shape
    for other in [self.purified, self.test] + (self.clean.map { [$0] } ?? []) {
      try other.requireShape(shape, of: poisoned)
    }
    guard manifest.count == self.poisoned.count else {
      throw EvaluationError.counts(
        path: self.poisoned.path, count: self.poisoned.count, expected: manifest.count)
    }
    goal = try manifest.goal(in: poisoned, shape: shape)
  }

  /// TPR, FPR and label accuracy; trains nothing.
  public func detection() throws -> DetectionMetrics {
    var original = poisoned.labels
    for sample in manifest.samples { original[sample.index] = sample.originalLabel }
    let positions = try SampleAlignment.positions(in: purified, of: poisoned)
    return DetectionMetrics(
      before: poisoned.labels, after: positions.map { purified.labels[$0] }, original: original,
      isPoisoned: isPoisoned)
  }

  /// What happened to the images; trains nothing.
  public func changes() throws -> ImageChanges {
    let positions = try SampleAlignment.positions(in: purified, of: poisoned)
    return try ImageChanges(isPoisoned: isPoisoned) { sample in
      (before: try poisoned.images([sample]), after: try purified.images([positions[sample]]))
    }
  }

  private var isPoisoned: [Bool] {
    var result = [Bool](repeating: false, count: poisoned.count)
    for sample in manifest.samples { result[sample.index] = true }
    return result
  }

  /// Accuracy on the test images, and the share of attacked images that get the attacker's label.
  ///
  /// All that is asked of a trained model is here.
  public func metrics(of network: any Classifier) throws -> ModelMetrics {
    let plain = try network.predictions(for: test)
    switch goal {
    case .trigger(let trigger, let mapping):
      let triggered = try network.predictions(for: TriggeredImages(base: test, trigger: trigger))
      return ModelMetrics(
        clean: plain.map(Int.init), triggered: triggered.map(Int.init), labels: test.labels
      ) { label in
        Int(mapping.poisonedLabel(of: Int32(label), classCount: manifest.classCount))
      }
    case .image(let image):
      let single = SingleImage(picture: image.picture, label: image.label, like: test)
      let isFooled = try network.predictions(for: single) == [image.intended]
      return ModelMetrics(
        clean: plain.map(Int.init), labels: test.labels, attackSuccessRate: isFooled ? 1 : 0)
    }
  }

  /// Everything: trains models on each dataset by the same plan and seeds.
  ///
  /// - Parameter progress: is told which model is at which step.
  public func run(
    on backend: any ComputeBackend,
    progress: (_ model: String, TrainingProgress) throws -> Void = { _, _ in }
  ) throws -> EvaluationResult {
    precondition(trials > 0, "EvaluationJob: \(trials) trials")
    let detection = try detection()
    let changes = manifest.attack.isCleanLabel ? try changes() : nil
    let results = try (0..<trials).map { trial in
      try run(trial, on: backend) { model, step in
        let number = trials > 1 ? ", trial \(trial + 1) of \(trials)" : ""
        try progress("model of the \(model) set\(number)", step)
      }
    }
    return EvaluationResult(
      detection: detection, changes: changes, isTargeted: manifest.mapping == .oneImage,
      trials: results)
  }

  private func run(
    _ trial: Int, on backend: any ComputeBackend,
    progress: (_ dataset: String, TrainingProgress) throws -> Void
  ) throws -> EvaluationResult.Trial {
    var plan = plan
    plan.recipe.seed &+= UInt64(trial)
    func train(_ name: String, _ images: ImageDataset) throws -> ModelMetrics {
      let network = try plan.train(on: images, backend: backend) { try progress(name, $0) }
      return try metrics(of: try network.inferenceCopy())
    }
    return EvaluationResult.Trial(
      seed: plan.recipe.seed,
      models: EvaluationResult.Models(
        purified: try train("purified", purified), poisoned: try train("poisoned", poisoned),
        clean: try clean.map { try train("clean", $0) }))
  }
}

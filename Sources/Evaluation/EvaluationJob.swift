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
  /// The attacker's change, for test images.
  public var trigger: Trigger
  public var plan: ClassifierPlan

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
    trigger = try manifest.trigger(in: poisoned, shape: shape)
  }

  /// TPR, FPR and label accuracy; trains nothing.
  public func detection() throws -> DetectionMetrics {
    var original = poisoned.labels
    var isPoisoned = [Bool](repeating: false, count: poisoned.count)
    for sample in manifest.samples {
      original[sample.index] = sample.originalLabel
      isPoisoned[sample.index] = true
    }
    return DetectionMetrics(
      before: poisoned.labels, after: try LabelAlignment.labels(of: purified, like: poisoned),
      original: original, isPoisoned: isPoisoned)
  }

  /// Accuracy on the test images, and attack success rate on those the attack changes.
  public func metrics(of network: any Classifier) throws -> ModelMetrics {
    let plain = try network.predictions(for: test)
    let triggered = try network.predictions(for: TriggeredImages(base: test, trigger: trigger))
    let mapping = manifest.labelMapping
    return ModelMetrics(
      clean: plain.map(Int.init), triggered: triggered.map(Int.init), labels: test.labels
    ) { label in
      Int(mapping.poisonedLabel(of: Int32(label), classCount: manifest.classCount))
    }
  }

  /// Everything: trains a model on each dataset by the same plan and seed.
  ///
  /// - Parameter progress: is told which dataset's model is at which step.
  public func run(
    on backend: any ComputeBackend,
    progress: (_ model: String, TrainingProgress) throws -> Void = { _, _ in }
  ) throws -> EvaluationResult {
    let detection = try detection()
    func train(_ name: String, _ images: ImageDataset) throws -> ModelMetrics {
      let network = try plan.train(on: images, backend: backend) { try progress(name, $0) }
      return try metrics(of: try network.inferenceCopy())
    }
    let models = EvaluationResult.Models(
      purified: try train("purified", purified), poisoned: try train("poisoned", poisoned),
      clean: try clean.map { try train("clean", $0) })
    return EvaluationResult(detection: detection, models: models)
  }
}

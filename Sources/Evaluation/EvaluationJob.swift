import Attacks
import ComputeBackend
import Datasets
import Foundation
import Models
import Runs
import Tracing
import Training

/// Measures a purified dataset against the ground truth of the attack, and by newly trained models.
public struct EvaluationJob {
  public var purified: ImageDataset
  public var poisoned: ImageDataset
  /// The poisoned dataset before the attack; then a model of it is trained for comparison.
  public var clean: ImageDataset?
  public var test: ImageDataset
  /// Which samples of the poisoned dataset were manipulated.
  public let truth: GroundTruth
  /// Nil if nobody manipulated the dataset.
  public let goal: ManipulationGoal?
  public var plan: ClassifierPlan
  /// Models trained on each dataset, with the plan's seed and those that follow.
  public var trials = 1

  /// Opens everything and checks that it belongs together.
  ///
  /// - Parameters:
  ///   - poisoned: a poisoned or marked dataset's folder, with its manifest.
  ///   - markingNetwork: the file of the one that marks were made with.
  ///   - reading: how all datasets are read.
  ///   - isUnmanipulated: whether it is as it should be, and without a manifest.
  /// - Throws: `DatasetError`, `AttackError`, `TracingError` or `EvaluationError`, naming the path.
  public init(
    purified: String, poisoned: String, test: String, clean: String?,
    markingNetwork: String? = nil, isUnmanipulated: Bool = false,
    reading: DatasetOptions = DatasetOptions(), plan: ClassifierPlan
  ) throws {
    self.poisoned = try ImageDataset.open(poisoned, options: reading)
    if isUnmanipulated {
      goal = nil
      truth = GroundTruth(count: self.poisoned.count, samples: [])
    } else {
      goal = try ManipulationGoal(
        in: poisoned, shape: self.poisoned.shape, markingNetwork: markingNetwork)
      truth = try GroundTruth.load(poisoned, of: self.poisoned)
    }
    let names = self.poisoned.classNames
    self.purified = try ImageDataset.open(purified, classNames: names, options: reading)
    self.test = try ImageDataset.open(
      test, split: .test, classNames: names, options: reading)
    self.clean = try clean.map { try ImageDataset.open($0, classNames: names, options: reading) }
    self.plan = plan
    let shape = self.poisoned.shape
    for other in [self.purified, self.test] + (self.clean.map { [$0] } ?? []) {
      try other.requireShape(shape, of: poisoned)
    }
  }

  /// TPR, FPR and label accuracy; trains nothing.
  public func detection() throws -> DetectionMetrics {
    let positions = try SampleAlignment.positions(in: purified, of: poisoned)
    return DetectionMetrics(
      before: poisoned.labels, after: positions.map { $0.map { purified.labels[$0] } },
      original: originalLabels, isPoisoned: isPoisoned)
  }

  /// Labels before poisoning, by sample of the poisoned dataset.
  var originalLabels: [Int32] {
    var labels = poisoned.labels
    for sample in truth.samples { labels[sample.index] = sample.originalLabel ?? sample.label }
    return labels
  }

  /// What happened to the images; trains nothing.
  public func changes() throws -> ImageChanges {
    let positions = try SampleAlignment.positions(in: purified, of: poisoned)
    return try ImageChanges(isPoisoned: isPoisoned) { sample in
      guard let position = positions[sample] else { return nil }
      return (try poisoned.images([sample]), try purified.images([position]))
    }
  }

  private var isPoisoned: [Bool] {
    var result = [Bool](repeating: false, count: poisoned.count)
    for sample in truth.samples { result[sample.index] = true }
    return result
  }

  /// Accuracy on the test images, and the share of attacked images that get the attacker's label or
  /// the p-value of the marks, for which the networks are aligned on the test images.
  ///
  /// All that is asked of a trained model is here.
  public func metrics(of network: any Classifier) throws -> ModelMetrics {
    let plain = try network.predictions(for: test).map(Int.init)
    switch goal {
    case .attack(.trigger(let trigger, let mapping), let classCount):
      return try metrics(of: network, plain, trigger, mapping, classCount: classCount)
    case .attack(.triggers(let triggers), let classCount):
      let rates = try triggers.compactMap { trigger, mapping in
        try metrics(of: network, plain, trigger, mapping, classCount: classCount).attackSuccessRate
      }
      return ModelMetrics(
        clean: plain, labels: test.labels, attackSuccessRate: Statistics(rates)?.mean)
    case .attack(.image(let image), _):
      let single = SingleImage(picture: image.picture, label: image.label, like: test)
      let isFooled = try network.predictions(for: single) == [image.intended]
      return ModelMetrics(
        clean: plain, labels: test.labels, attackSuccessRate: isFooled ? 1 : 0)
    case .attack(.labels(let mapping), let classCount):
      return ModelMetrics(clean: plain, triggered: plain, labels: test.labels) { label in
        Int(mapping.poisonedLabel(of: Int32(label), classCount: classCount))
      }
    case .attack(.inaccuracy, _), nil:
      return ModelMetrics(clean: plain, labels: test.labels, attackSuccessRate: nil)
    case .marks(let manifest, let path):
      let marking = try ClassifierFile.load(
        URL(fileURLWithPath: path), on: network.backend)
      let tracer = try RadioactiveTracer(manifest, markingNetwork: marking, images: test)
      var metrics = ModelMetrics(clean: plain, labels: test.labels, attackSuccessRate: nil)
      metrics.log10PValue = try tracer.trace(network).log10PValue
      return metrics
    }
  }

  /// Accuracy, and the success of one trigger.
  private func metrics(
    of network: any Classifier, _ plain: [Int], _ trigger: Trigger, _ mapping: LabelMapping,
    classCount: Int
  ) throws -> ModelMetrics {
    let triggered = try network.predictions(
      for: TriggeredImages(base: test, trigger: trigger, backend: network.backend))
    return ModelMetrics(clean: plain, triggered: triggered.map(Int.init), labels: test.labels) {
      Int(mapping.poisonedLabel(of: Int32($0), classCount: classCount))
    }
  }

  /// Everything: trains models on each dataset by the same plan and seeds.
  public func run(
    on backend: any ComputeBackend, in run: Run = Run()
  ) throws -> EvaluationResult {
    precondition(trials > 0, "EvaluationJob: \(trials) trials")
    let detection = try detection()
    let changes = truth.keepsLabels ? try changes() : nil
    let restoration = try restoration()
    let results = try (0..<trials).map { try result(ofTrial: $0, on: backend, in: run) }
    return EvaluationResult(
      detection: detection, changes: changes, restoration: restoration,
      isTargeted: goal?.isTargeted ?? false, trials: results)
  }

  private func result(
    ofTrial trial: Int, on backend: any ComputeBackend, in run: Run
  ) throws -> EvaluationResult.Trial {
    var plan = plan
    plan.recipe.seed &+= UInt64(trial)
    let number = trials > 1 ? ", trial \(trial + 1) of \(trials)" : ""
    func train(_ name: String, _ images: any LabelledImages) throws -> ModelMetrics {
      let phase = "model of the \(name) set\(number)"
      let network = try run.measure(phase) {
        try plan.train(on: images, backend: backend, phase: phase, in: run)
      }
      return try metrics(of: try network.inferenceCopy())
    }
    return EvaluationResult.Trial(
      seed: plan.recipe.seed,
      models: EvaluationResult.Models(
        purified: try train("purified", purified),
        unflagged: try unflagged().map { try train("unflagged", $0) },
        poisoned: try train("poisoned", poisoned),
        clean: try clean.map { try train("clean", $0) }))
  }
}

import ArgumentParser
import Attacks
import ComputeBackend
import Datasets
import Foundation
import Models
import Training

/// The options of `poison --attack gradient-matching`, besides those of every attack.
struct GradientMatchingArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A trained model that the attacker knows (default: one trained on the dataset).",
      valueName: "model"))
  var surrogate: String?

  @Option(help: ArgumentHelp("Images to choose the target image from.", valueName: "dataset"))
  var targets: String?

  @Option(
    help: ArgumentHelp(
      "Which of --targets shall be misclassified (default: chosen by the seed).",
      valueName: "index"))
  var targetImage: Int?

  @Option(help: "Attack images with a patch instead: corner or random is its place.")
  var trigger: PoisonManifest.Placement?

  @Option(help: "With --trigger: the class of images to attack (default: all others).")
  var source: String?

  @Option(help: "How far a byte of a poisoned image may move (default: 16).")
  var epsilon: Int?

  @Option(help: "Steps of each attempt (default: 250).")
  var iterations: Int?

  @Option(help: "Attempts, of which the best is kept (default: 2, with --trigger 1).")
  var restarts: Int?

  @Option(
    help: ArgumentHelp(
      "Train the surrogate again on the poisons after every so many steps, from --surrogate or from "
        + "random weights; 0 for never (default: never, with --trigger 50).",
      valueName: "steps"))
  var retrainEvery: Int?

  @Option(help: "Which images become poisons: random, or those of the greatest gradient.")
  var choice: GradientMatchingOptions.Choice?

  func validate() throws {
    if let epsilon, !(1...255).contains(epsilon) {
      throw ValidationError("--epsilon \(epsilon): use 1 to 255.")
    }
    for (name, value) in [("--iterations", iterations), ("--restarts", restarts)] {
      if let value, value < 1 { throw ValidationError("\(name) \(value): use at least 1.") }
    }
    if let retrainEvery, retrainEvery < 0 {
      throw ValidationError("--retrain-every \(retrainEvery): use 0 or more.")
    }
    if targets != nil && trigger != nil {
      throw ValidationError("--targets and --trigger exclude each other.")
    }
    if targetImage != nil && targets == nil {
      throw ValidationError("--target-image needs --targets.")
    }
    if source != nil && trigger == nil { throw ValidationError("--source needs --trigger.") }
  }

  /// Whether any of the options that need the attack is given.
  var isGiven: Bool {
    [surrogate, targets, source].contains { $0 != nil }
      || [targetImage, epsilon, iterations, restarts, retrainEvery].contains { $0 != nil }
      || trigger != nil || choice != nil
  }

  /// What the attacker wants.
  func goal(
    target: Int32, pattern: String?, seed: UInt64, dataset: ImageDataset
  ) throws -> AttackGoal {
    guard let trigger else {
      guard let targets else {
        throw ValidationError("--attack gradient-matching needs --targets or --trigger.")
      }
      let images = try ImageDataset.open(targets, split: .test, classNames: dataset.classNames)
      try images.requireShape(dataset.shape, of: dataset.path)
      let index = try targetImage ?? TargetImage.choice(of: images, intended: target, seed: seed)
      return .image(try TargetImage(index, of: images, intended: target))
    }
    let patch =
      try pattern.map { try Trigger.readPatch($0, for: dataset.shape) }
      ?? Trigger.randomPatch(dataset.shape, seed: seed)
    let change =
      trigger == .corner
      ? Trigger.corner(patch, for: dataset.shape)
      : Trigger(kind: .movingPatch(seed: seed), pattern: patch, shape: dataset.shape)
    guard let source else { return .trigger(change, .allToOne(target: target)) }
    let label = try dataset.label(named: source, option: "--source")
    if label == target {
      throw ValidationError("--source \(source): this is the target; choose another class.")
    }
    return .trigger(change, .oneToOne(source: label, target: target))
  }

  func options(rate: Double, augmentation: Augmentation, seed: UInt64) -> GradientMatchingOptions {
    var options = GradientMatchingOptions()
    options.rate = rate
    // As the two papers do.
    options.choice = choice ?? (trigger == nil ? .random : .gradient)
    options.epsilon = epsilon ?? options.epsilon
    options.iterations = iterations ?? options.iterations
    options.restarts = restarts ?? (trigger == nil ? options.restarts : 1)
    let interval = retrainEvery ?? (trigger == nil ? 0 : 50)
    options.retrainingInterval = interval > 0 ? interval : nil
    options.augmentation = augmentation
    options.seed = seed
    return options
  }

  /// The given surrogate, or one trained on the dataset as it is.
  func makeSurrogate(
    for dataset: ImageDataset, plan: ClassifierPlan, on backend: any ComputeBackend
  ) throws -> any Classifier {
    if let surrogate {
      return try ClassifierFile.load(URL(fileURLWithPath: surrogate), on: backend)
    }
    let line = ProgressLine("surrogate", total: 0)
    let network = try plan.train(on: dataset, backend: backend) { progress in
      line.show("surrogate: \(progress.line)")
    }
    line.end()
    return network
  }
}

extension PoisonManifest.Placement: ExpressibleByArgument {}
extension GradientMatchingOptions.Choice: ExpressibleByArgument {}

extension ImageDataset {
  /// A class as a label: its name, or else its number.
  func label(named text: String, option: String) throws -> Int32 {
    if let label = classNames.firstIndex(of: text) { return Int32(label) }
    guard let label = Int32(text) else {
      throw ValidationError(
        "\(option) \(text): the classes are \(classNames.joined(separator: ", ")).")
    }
    return label
  }
}

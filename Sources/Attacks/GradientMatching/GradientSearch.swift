import Autograd
import ComputeBackend
import Datasets
import Runs
import Support
import Training

/// Finds poisons for a dataset by gradient matching: which images, and how they change.
struct GradientSearch {
  private let dataset: ImageDataset
  private let goal: AttackGoal
  private let target: Int32
  private let selection: PoisonSelection
  private let options: GradientMatchingOptions
  private let retraining: ClassifierPlan?
  private let surrogate: SurrogateGradients

  /// Images with the trigger from which the target's gradient is taken; as many as Sleeper Agent's.
  private static let sourceLimit = 1000

  /// Throws `AttackError.surrogate` if the model does not fit the dataset.
  init(
    dataset: ImageDataset, goal: AttackGoal, selection: PoisonSelection,
    options: GradientMatchingOptions, surrogate: Surrogate
  ) throws {
    guard let target = goal.target else { preconditionFailure("GradientSearch: no single target") }
    try surrogate.check(dataset)
    self.dataset = dataset
    self.goal = goal
    self.target = target
    self.selection = selection
    self.options = options
    retraining = surrogate.retraining
    self.surrogate = SurrogateGradients(surrogate.network)
  }

  /// Indices of the poisons, ascending.
  func poisons() throws -> [Int] {
    let mapping = LabelMapping.allToOne(target: target)
    guard options.choice == .gradient else {
      return try selection.indices(labels: dataset.labels, mapping: mapping)
    }
    let candidates = selection.candidates(labels: dataset.labels, mapping: mapping)
    let wanted = try selection.count(of: dataset.count, available: candidates.count)
    let norms = try candidates.map { try gradientNorm($0) }
    let values = try norms.isEmpty ? [] : concatenateRows(norms).values()
    // Earlier ones first among equals.
    let order = candidates.indices.sorted { (-values[$0], $0) < (-values[$1], $1) }
    return order.prefix(wanted).map { candidates[$0] }.sorted()
  }

  /// The attempt with the greatest cosine; the first among equals.
  func bestAttempt(_ poisons: [Int], _ run: Run) throws -> GradientMatcher.Attempt {
    let matcher = GradientMatcher(
      try aim(surrogate),
      poisons: .init(
        samples: poisons, labels: poisons.map { dataset.labels[$0] },
        pixels: try dataset.images(poisons), shape: dataset.shape),
      options: options)
    let total = options.restarts * options.iterations
    let count = try run.count("matching", of: total, unit: "iterations")
    var trainings: UInt64 = 0
    matcher.retrain = { pixels in
      guard var training = retraining else {
        preconditionFailure("GradientSearch: no plan to train the surrogate again by")
      }
      trainings += 1
      training.recipe.seed &+= trainings
      let network = try training.train(
        on: PoisonedImages(dataset, poisons: poisons, pixels: pixels), backend: surrogate.backend,
        phase: "matching: retraining", in: run)
      return try aim(SurrogateGradients(network))
    }
    var best: GradientMatcher.Attempt?
    for number in 0..<options.restarts {
      let attempt = try matcher.attempt(number) { iteration, cosine in
        try count(
          number * options.iterations + iteration,
          remark: "cosine " + NumberFormat.text(Double(cosine), digits: 3))
      }
      if attempt.cosine > best?.cosine ?? -.infinity { best = attempt }
    }
    guard let best else { preconditionFailure("GradientSearch: no attempt") }
    return best
  }

  /// What poisons shall match: the sum of gradients that teach a surrogate the attacker's goal.
  ///
  /// Throws `AttackError.nothingToAttack` if no image of the dataset can bear the trigger.
  private func aim(_ surrogate: SurrogateGradients) throws -> GradientMatcher.Aim {
    let gradient: Tensor
    switch goal {
    case .image(let image):
      let picture = tensor(image.picture.pixels, count: 1)
      gradient = surrogate.parameters([0..<1]) { _ in
        surrogate.loss(picture, labels: [image.intended])
      }
    case .trigger(let trigger, let mapping):
      let sources = try sourceImages(mapping)
      let batches = sources.indices.batches(of: GradientMatcher.defaultBatchSize)
      gradient = try surrogate.parameters(batches) {
        let samples = Array(sources[$0])
        let images = trigger.applied(to: try dataset.images(samples), samples: samples)
        return surrogate.loss(
          tensor(images, count: samples.count),
          labels: [Int32](repeating: target, count: samples.count))
      }
    case .triggers, .labels, .inaccuracy:
      preconditionFailure("GradientSearch: no gradient is that of \(goal.name)")
    }
    return GradientMatcher.Aim(surrogate, target: gradient)
  }

  /// ‖∇θ L‖ of one sample, `[1]`.
  private func gradientNorm(_ sample: Int) throws -> Tensor {
    let loss = surrogate.loss(
      tensor(try dataset.images([sample]), count: 1), labels: [dataset.labels[sample]])
    surrogate.arena.backpropagate(loss)
    return surrogate.arena.gradientNorm()
  }

  /// Samples of the training set that the trigger is put on, ascending.
  private func sourceImages(_ mapping: LabelMapping) throws -> [Int] {
    var sources = dataset.labels.indices.filter { mapping.isAttackable(dataset.labels[$0]) }
    guard !sources.isEmpty else {
      throw AttackError.nothingToAttack(path: dataset.path, target: Int(target))
    }
    var random = PhiloxGenerator(seed: options.seed, purpose: .sourceImages)
    sources.shuffle(using: &random)
    return sources.prefix(Self.sourceLimit).sorted()
  }

  private func tensor(_ pixels: [UInt8], count: Int) -> Tensor {
    Tensor(
      bytes: pixels, shape: dataset.shape.batchShape(count), on: surrogate.backend)
  }
}

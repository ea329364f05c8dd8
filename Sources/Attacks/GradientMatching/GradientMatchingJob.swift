import Datasets
import Foundation
import Models
import Training

/// Makes a poisoned copy of a dataset by gradient matching: images of one class change by a few grey
/// levels, labels do not.
///
/// The output is that of `PoisonJob`; of a targeted attack `target.png` takes the trigger's place.
public struct GradientMatchingJob: Sendable {
  /// How far the work is.
  public struct Progress: Sendable {
    /// Iterations done, of all attempts.
    public var iteration = 0
    public var total: Int
    /// cos(t, Σ ∇θ L) of the present attempt, with augmentation.
    public var cosine: Float = 0
    /// While the surrogate is trained again.
    public var retraining: TrainingProgress?
  }

  public let dataset: ImageDataset
  public let goal: AttackGoal
  public let options: GradientMatchingOptions

  /// Throws `AttackError` if the goal does not suit the dataset.
  public init(
    dataset: ImageDataset, goal: AttackGoal, options: GradientMatchingOptions
  ) throws {
    self.dataset = dataset
    self.goal = goal
    self.options = options
    let target: Int32?
    switch goal {
    case .image(let image):
      precondition(
        image.picture.shape == dataset.shape,
        "GradientMatchingJob: a target of \(image.picture.shape) for images of \(dataset.shape)")
      target = image.intended
    case .trigger(let trigger, let mapping):
      precondition(
        trigger.shape == dataset.shape,
        "GradientMatchingJob: a trigger for \(trigger.shape), images of \(dataset.shape)")
      switch trigger.kind {
      case .badNets, .movingPatch: break
      case .blended, .sinusoid: preconditionFailure("GradientMatchingJob: no patch")
      }
      target = mapping.target
    }
    guard let target, (0..<dataset.classCount).contains(Int(target)) else {
      throw AttackError.targetOutOfRange(
        target: Int(target ?? -1), classCount: dataset.classCount)
    }
  }

  /// Writes the poisoned copy; returns its ground truth, and the cosine that its bytes have.
  ///
  /// - Parameters:
  ///   - surrogate: a model trained on the dataset, or on data like it.
  ///   - name: the surrogate's, for messages.
  ///   - savesSurrogate: whether `surrogate.safetensors` is written, too.
  ///   - retraining: how the surrogate is trained again, if the options want that; each time with
  ///     another seed.
  /// - Throws: `AttackError` or `DatasetError`; the output appears whole or not at all.
  @discardableResult
  public func run(
    surrogate: any Classifier, name: String, savesSurrogate: Bool = false,
    retraining: ClassifierPlan? = nil, output: String, force: Bool = false,
    progress: @escaping (Progress) throws -> Void = { _ in }
  ) throws -> (manifest: PoisonManifest, cosine: Float) {
    if let reason = surrogate.configuration.mismatch(with: dataset) {
      throw AttackError.surrogate(path: name, reason: reason)
    }
    try dataset.requireReadableImages()
    let plan = GradientMatchingPlan(
      dataset: dataset, goal: goal, options: options, surrogate: SurrogateGradients(surrogate))
    let poisons = try plan.poisons()
    let best = try bestAttempt(plan, poisons, retraining: retraining, progress: progress)
    let size = dataset.shape.byteCount
    let images = Dictionary(
      uniqueKeysWithValues: poisons.enumerated().map { position, sample in
        (sample, Array(best.pixels[position * size..<(position + 1) * size]))
      })
    let summary = GradientMatchingSummary(job: self, target: plan.target)
    let manifest = try PoisonedOutput(
      dataset: dataset, poisons: poisons,
      image: { sample in
        guard let image = images[sample] else { preconditionFailure("no image of \(sample)") }
        return image
      },
      label: { _ in plan.target }
    ).write(
      to: output, force: force, manifest: summary.manifest,
      pictures: try summary.pictures(poisons, images: images)
    ) { folder in
      guard savesSurrogate else { return }
      let file = URL(fileURLWithPath: folder).appendingPathComponent("surrogate.safetensors")
      try ClassifierFile.save(surrogate, to: file)
    }
    return (manifest, best.cosine)
  }

  /// The attempt with the greatest cosine; the first among equals.
  private func bestAttempt(
    _ plan: GradientMatchingPlan, _ poisons: [Int], retraining: ClassifierPlan?,
    progress: @escaping (Progress) throws -> Void
  ) throws -> GradientMatcher.Attempt {
    let matcher = GradientMatcher(
      try plan.aim(),
      poisons: .init(
        samples: poisons, labels: poisons.map { dataset.labels[$0] },
        pixels: try dataset.images(poisons), shape: dataset.shape),
      options: options)
    var state = Progress(total: options.restarts * options.iterations)
    var trainings: UInt64 = 0
    matcher.retrain = { pixels in
      guard var training = retraining else {
        preconditionFailure("GradientMatchingJob: no plan to train the surrogate again by")
      }
      trainings += 1
      training.recipe.seed &+= trainings
      let images = PoisonedImages(dataset, poisons: poisons, pixels: pixels)
      var plan = plan
      plan.surrogate = SurrogateGradients(
        try training.train(on: images, backend: plan.surrogate.backend) {
          state.retraining = $0
          try progress(state)
        })
      state.retraining = nil
      return try plan.aim()
    }
    var attempts: [GradientMatcher.Attempt] = []
    for number in 0..<options.restarts {
      attempts.append(
        try matcher.attempt(number) { iteration, cosine in
          state.iteration = number * options.iterations + iteration
          state.cosine = cosine
          try progress(state)
        })
    }
    guard let first = attempts.first else { preconditionFailure("GradientMatchingJob: no attempt") }
    return attempts.reduce(first) { $1.cosine > $0.cosine ? $1 : $0 }
  }
}

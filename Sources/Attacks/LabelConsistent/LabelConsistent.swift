import Datasets
import Models
import Runs
import Training

/// Label-consistent (Turner, Tsipras, Madry, 2019): images of the target class that a model no
/// longer takes for it, so that the pattern in their corners is what it learns; no label changes.
///
/// The change of `ProjectedGradient` comes first, then the pattern. Test images get the pattern
/// alone. The context must make a surrogate, a model trained on the dataset or on data like it.
public struct LabelConsistent: TriggerAttack {
  public static let id = "label-consistent"

  /// ε, how far a byte may move, pattern aside.
  public var epsilon: Int
  /// Of each iteration, in gray levels.
  public var step: Float
  public var iterations: Int
  /// Of the pattern, in gray levels; less than 255 lets the image shine through.
  public var amplitude: Double
  public var target: Int32
  /// Among the images of the target class.
  public let selection: PoisonSelection

  /// - Parameter rate: the share of all samples, or of the target class's.
  public init(
    epsilon: Int = 8, step: Float = 1.5, iterations: Int = 100, amplitude: Double = 255,
    target: Int32, rate: Double, isPerClass: Bool = false, seed: UInt64 = 0
  ) {
    self.epsilon = epsilon
    self.step = step
    self.iterations = iterations
    self.amplitude = amplitude
    self.target = target
    selection = PoisonSelection(rate: rate, isPerClass: isPerClass, from: .target, seed: seed)
  }

  /// Images that go through the network at once.
  private static let batchSize = 128
  /// Of an image, so that the corners do not overlap.
  private static let smallestSide = 6

  public var labels: LabelMapping { .allToOne(target: target) }

  public func validate() throws {
    guard (1...255).contains(epsilon) else {
      throw ParameterError("epsilon", epsilon, "a byte moves by 1 to 255")
    }
    guard step > 0, step.isFinite else {
      throw ParameterError("step", step, "it must be a number above 0")
    }
    guard iterations >= 1 else {
      throw ParameterError("iterations", iterations, "it must be at least 1")
    }
    guard amplitude >= 1, amplitude <= 255 else {
      throw ParameterError("amplitude", amplitude, "it must lie between 1 and 255")
    }
  }

  public func makeTrigger(for shape: ImageShape) -> Trigger {
    .corners(shape, amplitude: amplitude)
  }

  public func plan(for dataset: ImageDataset, _ context: AttackContext) throws -> PoisonPlan {
    guard min(dataset.height, dataset.width) >= Self.smallestSide else {
      throw AttackError.unsuitableImages(
        path: dataset.path,
        reason: "the images are \(dataset.shape), but four corners need \(Self.smallestSide) "
          + "pixels a side")
    }
    var plan = try triggerPlan(for: dataset)
    guard case .trigger(let trigger, _) = plan.goal, let surrogate = try context.surrogate?() else {
      preconditionFailure("LabelConsistent.plan: no surrogate")
    }
    try surrogate.check(dataset)
    let network = try surrogate.network.inferenceCopy()
    let samples = plan.samples
    let adversarial = PoisonedImages(
      dataset, poisons: samples,
      pixels: try context.run.measure("adversarial images") {
        try adversarialPixels(samples, of: dataset, by: network, context.run)
      })
    plan.images = { samples in
      trigger.applied(to: try adversarial.images(samples), samples: samples)
    }
    plan.showsChange = true
    let found = try network.predictions(for: ImageSelection(adversarial, indices: samples))
    plan.remarks = [
      "The surrogate mistakes \(found.count { $0 != target }) of \(samples.count) poisons before "
        + "the pattern is put on them"
    ]
    plan.writeFiles = surrogate.writeFiles
    return plan
  }

  /// The samples as the network mistakes them, `[P, H, W, C]`.
  private func adversarialPixels(
    _ samples: [Int], of dataset: ImageDataset, by network: any Classifier, _ run: Run
  ) throws -> [UInt8] {
    let ascent = ProjectedGradient(
      network, epsilon: epsilon, step: step, iterations: iterations, seed: selection.seed)
    let count = try run.count("adversarial images", of: samples.count)
    var pixels: [UInt8] = []
    for batch in samples.indices.batches(of: Self.batchSize) {
      let chosen = Array(samples[batch])
      pixels += try ascent.perturbed(
        try dataset.images(chosen), shape: dataset.shape, samples: chosen,
        labels: chosen.map { dataset.labels[$0] })
      try count(batch.upperBound)
    }
    return pixels
  }
}

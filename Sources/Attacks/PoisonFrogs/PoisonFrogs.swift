import Autograd
import Datasets
import Models
import Runs
import Support

/// Poison Frogs (Shafahi et al., 2018): images of one class whose features collide with those of
/// one test image, so that a model which learns them takes that image for their class; no label
/// changes.
///
/// Made for victims that are fine-tuned from the surrogate. Bases b are a seeded choice of the
/// target class; the target image shines through them as a watermark of some opacity (§4.1 of the
/// paper). Of the attack `target.png` lies in the copy's folder.
public struct PoisonFrogs: Attack {
  public static let id = "poison-frogs"

  /// The label that poisons have and the target image shall get.
  public var target: Int32
  /// The dataset that the target image is from.
  public var source: String
  /// Its place there; `nil` for one chosen by the seed.
  public var index: Int?
  /// Its true label, which planning fills in.
  public var label: Int32?
  /// The share of all samples.
  public var rate: Double
  /// β₀: how much an image is held at its base.
  public var baseWeight: Double
  /// Of the watermark; 0 for none.
  public var opacity: Double
  public var iterations: Int
  public var seed: UInt64

  public init(
    target: Int32, source: String, index: Int? = nil, rate: Double = 0.01,
    baseWeight: Double = 0.25, opacity: Double = 0.3, iterations: Int = 200, seed: UInt64 = 0
  ) {
    self.target = target
    self.source = source
    self.index = index
    self.rate = rate
    self.baseWeight = baseWeight
    self.opacity = opacity
    self.iterations = iterations
    self.seed = seed
  }

  /// Images that go through the network at once.
  private static let batchSize = 128

  private var selection: PoisonSelection {
    PoisonSelection(rate: rate, from: .target, seed: seed)
  }

  public func validate(classCount: Int) throws {
    try selection.validate()
    try LabelMapping.validate(target, "target", classCount: classCount)
    guard baseWeight > 0, baseWeight.isFinite else {
      throw ParameterError("baseWeight", baseWeight, "it must be a number above 0")
    }
    guard opacity >= 0, opacity < 1 else {
      throw ParameterError("opacity", opacity, "it must be at least 0 and below 1")
    }
    guard iterations >= 1 else {
      throw ParameterError("iterations", iterations, "it must be at least 1")
    }
    if let label {
      try LabelMapping.validate(label, "label", classCount: classCount)
      if label == target { throw ParameterError("target", target, "the image has this label") }
    }
  }

  public func poisonedLabel(of label: Int32, classCount: Int) -> Int32? {
    label == target ? target : nil
  }

  public func goal(in folder: String, shape: ImageShape) throws -> AttackGoal {
    .image(
      try Self.targetImage(
        in: folder, source: source, index: index, label: label, intended: target, shape: shape))
  }

  public func plan(for dataset: ImageDataset, _ context: AttackContext) throws -> PoisonPlan {
    try validate(classCount: dataset.classCount)
    let image = try TargetImage(index, of: source, for: dataset, intended: target, seed: seed)
    let samples = try selection.indices(
      labels: dataset.labels, mapping: .allToOne(target: target))
    guard let surrogate = try context.surrogate?() else {
      preconditionFailure("PoisonFrogs.plan: no surrogate")
    }
    try surrogate.check(dataset)
    let network = try surrogate.network.inferenceCopy()
    let poisons = try context.run.measure("collisions") {
      try collisions(samples, of: dataset, with: image, network: network, context.run)
    }
    var attack = self
    attack.index = image.index
    attack.label = image.label
    let poisoned = PoisonedImages(dataset, poisons: samples, pixels: poisons.pixels)
    var plan = PoisonPlan(
      attack: attack, goal: .image(image), dataset: dataset, samples: samples,
      images: poisoned.images)
    plan.showsChange = true
    plan.example = .init(
      image: image.picture, caption: "target: \(dataset.classNames[Int(target)])", frame: .red)
    let (before, after) = (poisons.distancesBefore, poisons.distancesAfter)
    plan.remarks = [
      "Mean distance of features to the target image: \(mean(after)) (before: \(mean(before)))"
    ]
    plan.writeFiles = surrogate.writeFiles
    return plan
  }

  /// What was made of the samples.
  private struct Collisions {
    /// `[P, H, W, C]`.
    var pixels: [UInt8] = []
    /// ‖φ(x) − φ(t)‖ of the samples as they were, and of the poisons.
    var distancesBefore: [Float] = []
    var distancesAfter: [Float] = []
  }

  private func collisions(
    _ samples: [Int], of dataset: ImageDataset, with target: TargetImage, network: any Classifier,
    _ run: Run
  ) throws -> Collisions {
    let collision = FeatureCollision(
      network,
      weight: FeatureCollision.weight(
        baseWeight, features: network.configuration.featureCount,
        bytes: dataset.shape.byteCount),
      target: target.picture)
    let count = try run.count("collisions", of: samples.count)
    var result = Collisions()
    for batch in samples.indices.batches(of: Self.batchSize) {
      let originals = try dataset.images(Array(samples[batch]))
      func tensor(_ bytes: [UInt8]) -> Tensor {
        Tensor(bytes: bytes, shape: dataset.shape.batchShape(batch.count), on: network.backend)
      }
      let bases = tensor(watermarked(originals, with: target.picture))
      let pixels = try (collision.collided(bases, iterations: iterations) + 0.5).packedBytes()
        .values()
      result.pixels += pixels
      result.distancesBefore += try collision.distances(tensor(originals))
      result.distancesAfter += try collision.distances(tensor(pixels))
      try count(batch.upperBound)
    }
    return result
  }

  /// γ·t + (1 − γ)·b for images b, one after another.
  private func watermarked(_ images: [UInt8], with target: RasterImage) -> [UInt8] {
    images.indices.map { place in
      let mark = Double(target.pixels[place % target.pixels.count])
      return UInt8((opacity * mark + (1 - opacity) * Double(images[place])).rounded())
    }
  }

  private func mean(_ values: [Float]) -> String {
    NumberFormat.rate(Double(values.reduce(0, +)) / Double(values.count))
  }
}

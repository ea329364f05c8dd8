import ComputeBackend
import Datasets
import Models
import NeuralNet
import Runs
import Training

/// The input-aware dynamic attack (Nguyen and Tran, 2020): each image has a trigger of its own,
/// which a generator makes of it, and the label is the attacker's.
///
/// A mask network learns where triggers go (few pixels, others for each image), then the generator
/// learns together with a classifier what they show: an image's own trigger means the attacker's
/// label, that of another image nothing. In the copy some images have their own trigger, and
/// others, the covers, that of another image with their own label. The authors choose both anew in
/// each batch and keep the classifier; here they are in the data, and the classifier is left out.
public struct InputAware: LearnedTriggerAttack {
  public static let id = "input-aware"

  /// Channels of the generator's first layer.
  public var width: Int
  /// The share of pixels from which on a mask costs.
  public var maskDensity: Double
  /// The share of a training batch that has its own trigger; as many have another image's.
  ///
  /// The authors have a tenth, and train for hundreds of passes.
  public var attackShare: Double
  /// The share of all samples that are covers.
  public var coverRate: Double
  public var labels: LabelMapping
  public var selection: PoisonSelection

  public init(
    width: Int = 16, maskDensity: Double = 0.032, attackShare: Double = 0.25,
    coverRate: Double = 0.1, labels: LabelMapping, selection: PoisonSelection
  ) {
    self.width = width
    self.maskDensity = maskDensity
    self.attackShare = attackShare
    self.coverRate = coverRate
    self.labels = labels
    self.selection = selection
  }

  /// The mask is trained for this share of the steps first.
  private static let maskShare = 0.25

  public func validate() throws {
    try validateWidth()
    for (name, value) in [("maskDensity", maskDensity), ("attackShare", attackShare)] {
      guard value > 0, value <= 0.5 else {
        throw ParameterError(name, value, "it must lie above 0 and be at most 0.5")
      }
    }
    guard (0...1).contains(coverRate) else {
      throw ParameterError("coverRate", coverRate, "the share of samples must lie between 0 and 1")
    }
  }

  func makeNetwork(
    _ shape: ImageShape, from weights: any WeightSource
  ) throws -> any TriggerNetwork {
    try InputAwareNetwork(channels: shape.channels, width: width, from: weights)
  }

  public func plan(for dataset: ImageDataset, _ context: AttackContext) throws -> PoisonPlan {
    let (training, samples) = try prepared(dataset, context)
    let covers = try PoisonSelection.covers(
      rate: coverRate, besides: samples, of: dataset, seed: selection.seed)
    let backend = try training.backend()
    let network = try InputAwareNetwork(
      channels: dataset.channels, width: width,
      from: RandomWeights(seed: selection.seed, on: backend))
    let loss = InputAwareLoss(
      network: network, classifier: try training.plan.makeNetwork(for: dataset, on: backend),
      options: self)
    try training.train(
      [network.masker], on: dataset, .init(name: "mask", share: Self.maskShare), identity: self,
      in: context
    ) { loss.maskLoss($0.images) }
    try training.train(
      [network.generator, loss.classifier], on: dataset, .init(name: "trigger and model"),
      identity: self, in: context
    ) { loss.jointLoss($0.images, labels: $0.labels) }
    var plan = try plan(
      for: dataset, samples: samples, by: network,
      covers: (covers, try crossed(covers, of: dataset, by: network)))
    plan.showsChange = false
    plan.remarks = [try training.success(of: plan, by: loss.classifier)]
    if !covers.isEmpty {
      plan.remarks.append(
        "Covers: \(covers.count) images with triggers of others keep their labels")
    }
    return plan
  }

  /// Samples with the trigger of another image, `[N, H, W, C]`.
  private func crossed(
    _ samples: [Int], of dataset: ImageDataset, by network: InputAwareNetwork
  ) throws -> [UInt8] {
    let others = samples.map { sample in
      var random = PhiloxGenerator(
        seed: selection.seed, stream: UInt32(truncatingIfNeeded: sample), purpose: .triggerSource)
      let other = Int.random(in: 0..<dataset.count - 1, using: &random)
      return other < sample ? other : other + 1
    }
    return try network.changed(
      [try dataset.images(samples), try dataset.images(others)], shape: dataset.shape
    ) { images in
      InputAwareNetwork.stamped(
        images[0], patterns: network.patterns(images[1]), masks: network.masks(images[1]))
    }
  }
}

import ComputeBackend
import Datasets
import NeuralNet

/// An attack whose trigger is made for each image by a network that the attacker trains.
///
/// Beside the copy lies the network, `trigger.safetensors`; `trigger.png` shows what it does to a
/// gray image. The context must say how networks are trained.
protocol LearnedTriggerAttack: MappedAttack {
  /// Channels of the network's first layer.
  var width: Int { get }
  /// The network for images of so many rows, columns and channels.
  func makeNetwork(_ shape: ImageShape, from weights: any WeightSource) throws
    -> any TriggerNetwork
}

/// The smallest height and width that the networks are made for.
private let smallestSide = 8

extension LearnedTriggerAttack {
  public func goal(in folder: String, shape: ImageShape) throws -> AttackGoal {
    let trigger = try LearnedTrigger(in: folder) { try makeNetwork(shape, from: $0) }
    let picture = try Self.picture(PoisonPlan.triggerFile, in: folder, shape: shape)
    return .trigger(Trigger(learned: trigger, pattern: picture), labels)
  }

  /// Throws `ParameterError` unless networks can have this width.
  func validateWidth() throws {
    guard (1...1024).contains(width) else {
      throw ParameterError("width", width, "it must be between 1 and 1024")
    }
  }

  /// What trains networks, and the samples to poison.
  ///
  /// Throws if the parameters do not suit the dataset.
  func prepared(
    _ dataset: ImageDataset, _ context: AttackContext
  ) throws -> (training: AttackTraining, samples: [Int]) {
    try validate(classCount: dataset.classCount)
    guard min(dataset.height, dataset.width) >= smallestSide else {
      throw AttackError.unsuitableImages(
        path: dataset.path,
        reason: "the images are \(dataset.shape), but the networks of this attack need "
          + "\(smallestSide) pixels a side")
    }
    let samples = try selection.indices(labels: dataset.labels, mapping: labels)
    guard let training = context.training else {
      preconditionFailure("\(Self.id): nothing says how networks are trained")
    }
    return (training, samples)
  }

  /// The plan by which a trained network puts its trigger on samples.
  ///
  /// - Parameters:
  ///   - network: set to evaluation.
  ///   - covers: images `[N, H, W, C]` that keep their labels, by sample.
  func plan(
    for dataset: ImageDataset, samples: [Int], by network: any TriggerNetwork,
    covers: (samples: [Int], pixels: [UInt8]) = ([], [])
  ) throws -> PoisonPlan {
    let shape = dataset.shape
    let gray = RasterImage(shape: shape, filledWith: 128)
    let picture = RasterImage(
      shape: shape, pixels: try network.triggered(gray.pixels, shape: shape))
    let learned = try LearnedTrigger(network) { try makeNetwork(shape, from: $0) }
    let poisoned = PoisonedImages(
      dataset, poisons: samples + covers.samples,
      pixels: try network.triggered(try dataset.images(samples), shape: shape) + covers.pixels)
    var plan = PoisonPlan(
      attack: self, goal: .trigger(Trigger(learned: learned, pattern: picture), labels),
      dataset: dataset, samples: samples,
      images: poisoned.images)
    plan.covers = covers.samples
    plan.showsChange = true
    plan.writeFiles = { try LearnedTrigger.write(network, to: $0) }
    return plan
  }
}

import Autograd
import Datasets
import Models
import NeuralNet

/// LIRA (Doan et al., 2021): a network T learns, together with a classifier, an invisible change of
/// each image that means the attacker's label.
///
/// Both minimise α·CE(f(x), y) + (1 − α)·CE(f(clip(x + ε·T(x))), η(y)). The authors keep the
/// classifier, and need an ε of 2.55 gray levels only; a copy of a dataset has to teach the trigger
/// to models that others train, and in whole gray levels, so that the default is greater.
public struct LIRA: LearnedTriggerAttack {
  public static let id = "lira"

  /// Channels of T's first layer.
  public var width: Int
  /// ε, how far a byte may move, in gray levels.
  public var epsilon: Double
  /// α.
  public var cleanShare: Double
  public var labels: LabelMapping
  public var selection: PoisonSelection

  public init(
    width: Int = 16, epsilon: Double = 12, cleanShare: Double = 0.5, labels: LabelMapping,
    selection: PoisonSelection
  ) {
    self.width = width
    self.epsilon = epsilon
    self.cleanShare = cleanShare
    self.labels = labels
    self.selection = selection
  }

  public func validate() throws {
    try validateWidth()
    guard (1...255).contains(epsilon) else {
      throw ParameterError("epsilon", epsilon, "a byte moves by 1 to 255")
    }
    guard cleanShare > 0, cleanShare < 1 else {
      throw ParameterError("cleanShare", cleanShare, "it must lie between 0 and 1")
    }
  }

  func makeNetwork(
    _ shape: ImageShape, from weights: any WeightSource
  ) throws -> any TriggerNetwork {
    try LIRANetwork(
      channels: shape.channels, width: width, epsilon: Float(epsilon / 255), from: weights)
  }

  public func plan(for dataset: ImageDataset, _ context: AttackContext) throws -> PoisonPlan {
    let (training, samples) = try prepared(dataset, context)
    let backend = try training.backend()
    let network = try makeNetwork(
      dataset.shape, from: RandomWeights(seed: selection.seed, on: backend))
    let classifier = try training.plan.makeNetwork(for: dataset, on: backend)
    try training.train(
      [network, classifier], on: dataset, .init(name: "trigger and model"), identity: self,
      in: context
    ) { loss($0.images, labels: $0.labels, by: network, classifier) }
    var plan = try plan(for: dataset, samples: samples, by: network)
    plan.remarks = [try training.success(of: plan, by: classifier)]
    return plan
  }

  /// α·CE(f(x), y) + (1 − α)·CE(f(T(x)), η(y)), `[1]`.
  ///
  /// Both go through the classifier together, so that its normalizations cannot tell them apart.
  package func loss(
    _ images: Tensor, labels: [Int32], by network: any TriggerNetwork, _ classifier: any Classifier
  ) -> Tensor {
    let (count, configuration) = (labels.count, classifier.configuration)
    let wanted = labels.map { self.labels.poisonedLabel(of: $0, classCount: configuration.classes) }
    let both = concatenateRows([images, network.triggered(images)])
    let entropies = softmaxCrossEntropy(
      classifier.logits(configuration.normalization.normalize(both)),
      labels: IndexTensor(labels + wanted, shape: [2 * count], on: images.backend))
    return affineSum([
      (Float(cleanShare), entropies.rows(0..<count).mean()),
      (Float(1 - cleanShare), entropies.rows(count..<2 * count).mean()),
    ])
  }
}

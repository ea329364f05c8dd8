import ComputeBackend
import Datasets
import Foundation
import Models
import Runs

/// A classifier to be trained: its architecture and its recipe, the same for every dataset.
public struct ClassifierPlan: Hashable, Codable, Sendable {
  public var architecture: ClassifierConfiguration.Architecture
  /// Channels after the first convolution; `nil` for the architecture's customary number.
  public var width: Int?
  public var recipe: ClassifierRecipe
  /// A model file whose architecture and weights trainings start from; `nil` for random weights.
  public var initial: String?

  public init(
    _ architecture: ClassifierConfiguration.Architecture = .resNet20, width: Int? = nil,
    recipe: ClassifierRecipe = ClassifierRecipe(), initial: String? = nil
  ) {
    self.architecture = architecture
    self.width = width
    self.recipe = recipe
    self.initial = initial
  }

  /// A new network for these images; random weights are drawn by the recipe's seed.
  ///
  /// - Throws: `CheckpointError` or `TrainingError.initialModel` if there is an unsuitable one.
  public func makeNetwork(
    for images: any LabelledImages, on backend: any ComputeBackend
  ) throws -> any Classifier {
    if let initial {
      let network = try ClassifierFile.load(URL(fileURLWithPath: initial), on: backend)
      if let reason = network.configuration.mismatch(with: images) {
        throw TrainingError.initialModel(path: initial, reason: reason)
      }
      return network
    }
    let configuration = ClassifierConfiguration(
      architecture, classes: images.classCount, inputChannels: images.shape.channels,
      width: width, imageSize: max(images.shape.height, images.shape.width))
    return ClassifierFile.random(configuration, seed: recipe.seed, on: backend)
  }

  /// A newly trained network, set to evaluation.
  ///
  /// - Parameters:
  ///   - stateFile: where a state to resume from is kept; a training found there goes on.
  ///   - phase: what the run calls this training.
  ///   - network: makes the untrained network; nil for `makeNetwork`.
  ///   - afterEpoch: see `ClassifierTrainer.train`.
  /// - Throws: `TrainingError` or `CheckpointError`.
  public func train(
    on images: any LabelledImages, backend: any ComputeBackend, stateFile: URL? = nil,
    phase: String = "training", in run: Run = Run(),
    network: (() throws -> any Classifier)? = nil,
    afterEpoch: ((_ epoch: Int, _ network: any Classifier) throws -> Void)? = nil
  ) throws -> any Classifier {
    let network = try network?() ?? makeNetwork(for: images, on: backend)
    let trainer = try ClassifierTrainer(
      network, recipe: recipe, images: images, stateFile: stateFile)
    try trainer.train(
      resume: stateFile != nil, progress: { try run.show($0, of: phase) },
      afterEpoch: afterEpoch.map { hook in { try hook($0, network) } })
    return network
  }
}

extension ClassifierConfiguration {
  /// Why a classifier does not fit images, or `nil` if it does.
  public func mismatch(with images: any LabelledImages) -> String? {
    guard inputChannels != images.shape.channels || classes != images.classCount else { return nil }
    return "it takes \(inputChannels) channels and knows \(classes) classes, the images have "
      + "\(images.shape.channels) and \(images.classCount)"
  }
}

import ComputeBackend
import Datasets
import Foundation
import Models

/// A classifier to be trained: its architecture and its recipe, the same for every dataset.
public struct ClassifierPlan: Sendable {
  public var architecture: ClassifierConfiguration.Architecture
  /// Channels after the first convolution; `nil` for the architecture's customary number.
  public var width: Int?
  public var recipe: ClassifierRecipe

  public init(
    _ architecture: ClassifierConfiguration.Architecture = .resNet20, width: Int? = nil,
    recipe: ClassifierRecipe = ClassifierRecipe()
  ) {
    self.architecture = architecture
    self.width = width
    self.recipe = recipe
  }

  /// A new network for these images; the initial weights are drawn by the recipe's seed.
  public func makeNetwork(
    for images: any LabelledImages, on backend: any ComputeBackend
  ) -> any Classifier {
    let configuration = ClassifierConfiguration(
      architecture, classes: images.classCount, inputChannels: images.shape.channels,
      width: width, imageSize: max(images.shape.height, images.shape.width))
    return ClassifierFile.random(configuration, seed: recipe.seed, on: backend)
  }

  /// A newly trained network, set to evaluation.
  ///
  /// - Parameter stateFile: where a state to resume from is kept; a training found there goes on.
  /// - Throws: `TrainingError`.
  public func train(
    on images: any LabelledImages, backend: any ComputeBackend, stateFile: URL? = nil,
    progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> any Classifier {
    let network = makeNetwork(for: images, on: backend)
    let trainer = try ClassifierTrainer(
      network, recipe: recipe, images: images, stateFile: stateFile)
    try trainer.train(resume: stateFile != nil, progress: progress)
    return network
  }
}

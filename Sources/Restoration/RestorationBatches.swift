import ComputeBackend
import Datasets
import Models
import Training

/// The two batches of each step, functions of seed and step alone.
struct RestorationBatches: Sendable {
  private let clean: BatchLoader
  private let poisoned: PaddedImages
  private let recipe: RestorationRecipe

  init(
    _ recipe: RestorationRecipe, clean: any LabelledImages, poisoned: any LabelledImages,
    frame: RestorationFrame
  ) {
    self.recipe = recipe
    self.poisoned = PaddedImages(base: poisoned, frame: frame)
    self.clean = BatchLoader(
      PaddedImages(base: clean, frame: frame), batchSize: recipe.batchSize,
      normalization: .centered(channels: clean.shape.channels),
      augmentation: Augmentation(flips: recipe.flips), seed: recipe.seed)
  }

  /// Images of either batch.
  var size: Int { clean.batchSize }

  var stepsPerEpoch: Int { clean.batchesPerEpoch }

  /// The batches of a step, counted from 0 over all epochs.
  func batches(step: Int) throws -> (clean: Batch, poisoned: Batch) {
    var random = PhiloxGenerator(
      seed: recipe.seed, step: UInt32(truncatingIfNeeded: step), purpose: .flaggedImages)
    let drawn = (0..<size).map { _ in Int.random(in: 0..<poisoned.count, using: &random) }
    // Other flips than those of clean images, and new ones in each step.
    let flagged = try BatchLoader.batch(
      drawn, of: poisoned, normalization: .centered(channels: poisoned.shape.channels),
      augmentation: Augmentation(flips: recipe.flips), seed: recipe.seed &+ 1, epoch: step)
    return (try clean.batch(step: step), flagged)
  }
}

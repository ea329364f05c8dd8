import ComputeBackend
import Datasets
import Training

extension MetaSift {
  /// Batches of a training that are measured.
  private static let measuredBatches = 3

  /// Seconds that `weights` will take, by a few batches with weights that are forgotten.
  ///
  /// - Parameter timed: the seconds until the device has done what the closure asks of it.
  package func forecast(
    for images: any LabelledImages, on backend: any ComputeBackend,
    timed: (() throws -> Void) throws -> Double
  ) throws -> Double {
    var brief = recipe
    let batch = recipe.batchSize(of: images.count)
    (brief.batchSize, brief.epochs, brief.minimumSteps) = (batch, 1, 0)
    let count = min(images.count, Self.measuredBatches * batch)
    let few = ImageSelection(images, indices: Array(0..<count))
    func measured() throws -> (training: Double, weighing: Double) {
      let trainer = try SifterTrainer(brief, images: few, seed: 0, stateFile: nil, on: backend)
      return (
        try timed { for phase in SifterTrainer.Phase.allCases { try trainer.train(to: phase) } },
        try timed {
          _ = try trainer.sifter.opinion(of: few, dilution: dilution, seed: 0, number: 0)
        }
      )
    }
    // The first one allocates, and builds kernels.
    _ = try measured()
    let (training, weighing) = try measured()
    let steps = (images.count + batch - 1) / batch
    let passes = Double(recipe.phaseEpochs(of: steps))
    let share = Double(images.count) / Double(count)
    return Double(sifters) * share * (passes * training + weighing)
  }
}

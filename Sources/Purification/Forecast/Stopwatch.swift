import ComputeBackend
import Datasets
import Models
import Support
import Training

/// Measures what networks take, for a forecast.
struct Stopwatch {
  let backend: any ComputeBackend
  /// Images that go through a network at once in the run.
  let batchSize: Int
  /// The greatest batch that was measured, less than `batchSize` for slow networks; nil if none
  /// was.
  private var measured: Int?

  /// Seconds that a measured pass may take.
  private static let limit = 1.5
  /// Steps of a training that are measured.
  static let steps = 6

  init(_ backend: any ComputeBackend, batchSize: Int) {
    self.backend = backend
    self.batchSize = batchSize
  }

  /// Seconds of an image in a pass of a batch as large as can be awaited.
  mutating func secondsPerImage(_ pass: (_ count: Int) throws -> Void) throws -> Double {
    func seconds(_ count: Int) throws -> Double {
      // The first pass allocates, and builds kernels.
      try pass(count)
      return try timed { try pass(count) } / Double(count)
    }
    let single = try seconds(1)
    // Of what is too short to be measured, a whole batch.
    let count = max(1, Int(min(Double(batchSize), Self.limit / max(single, .ulpOfOne))))
    measured = max(measured ?? 1, count)
    return count == 1 ? single : try seconds(count)
  }

  /// Seconds until the device has done what is asked of it.
  func timed(_ body: () throws -> Void) throws -> Double {
    let clock = ContinuousClock()
    try backend.synchronize()
    let start = clock.now
    try body()
    try backend.synchronize()
    return (clock.now - start) / .seconds(1)
  }

  /// Seconds of a step of a classifier's training, and the classifier after a few steps.
  func training(
    _ plan: ClassifierPlan, on dataset: ImageDataset
  ) throws -> (step: Double, network: any Classifier) {
    let network = try plan.makeNetwork(for: dataset, on: backend)
    var recipe = plan.recipe
    recipe.minimumSteps = 0
    recipe.epochs = 1
    let count = min(dataset.count, Self.steps * recipe.batchSize)
    let images = ImageSelection(dataset, indices: Array(0..<count))
    func train() throws {
      try ClassifierTrainer(network, recipe: recipe, images: images).train()
    }
    // As with a first pass.
    try train()
    return (try timed(train) / Double(max(1, count / recipe.batchSize)), network)
  }

  /// Peak memory of the process, scaled to whole batches where smaller ones were measured.
  func memory() -> Int {
    let peak = Int(ProcessUsage.peakMemoryMiB() * 0x1p20)
    let missing = Double(batchSize) / Double(measured ?? batchSize) - 1
    return peak + Int(Double(backend.pool.statistics.peakBytesInUse) * missing)
  }
}

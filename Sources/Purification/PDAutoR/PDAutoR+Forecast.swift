import ComputeBackend
import Datasets
import NeuralNet
import Restoration
import Training

extension PDAutoR {
  /// The detection for all; restorer and label restorer are what there is to repair with.
  public func forecast(
    _ dataset: ImageDataset, batchSize: Int, on backend: any ComputeBackend
  ) throws -> RunForecast? {
    try check(dataset, on: backend)
    let stopwatch = Stopwatch(backend, batchSize: min(batchSize, dataset.count))
    var forecast = RunForecast()
    let classifier = victim.plan.recipe
    let training =
      try stopwatch.training(victim.plan, on: dataset).step
      * Double(classifier.steps(perEpoch: max(1, dataset.count / classifier.batchSize)))
    if flagged == nil, victim.model == nil { forecast.add("detection", training) }
    var brief = recipe
    brief.epochs = 1
    let count = min(dataset.count, Self.measuredSteps * recipe.batchSize)
    let images = ImageSelection(dataset, indices: Array(0..<count))
    let networks = try RestorationNetworks(
      recipe.networks, for: dataset.shape, from: RandomWeights(seed: 0, on: backend))
    func train() throws {
      try RestorationTrainer(networks, recipe: brief, clean: images, poisoned: images).train()
    }
    // The first steps allocate, and build kernels.
    try train()
    let step = try stopwatch.timed(train) / Double(max(1, count / recipe.batchSize))
    let steps = recipe.epochs * max(1, dataset.count / recipe.batchSize)
    forecast.repair = Double(steps) * step + training
    forecast.memory = stopwatch.memory()
    forecast.disk = dataset.shape.byteCount * dataset.count
    return forecast
  }

  private static let measuredSteps = 2
}

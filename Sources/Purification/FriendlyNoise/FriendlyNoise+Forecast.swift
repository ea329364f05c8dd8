import Autograd
import ComputeBackend
import Datasets
import Foundation
import Models

extension FriendlyNoise {
  public func forecast(
    _ dataset: ImageDataset, batchSize: Int, on backend: any ComputeBackend
  ) throws -> RunForecast? {
    try victim.check(dataset, on: backend)
    var stopwatch = Stopwatch(backend, batchSize: min(batchSize, dataset.count))
    var forecast = RunForecast()
    let network: any Classifier
    if let path = victim.model {
      network = try ClassifierFile.load(URL(fileURLWithPath: path), on: backend)
    } else {
      let (step, trained) = try stopwatch.training(victim.plan, on: dataset)
      let recipe = victim.plan.recipe
      let steps = recipe.steps(perEpoch: max(1, dataset.count / recipe.batchSize))
      forecast.add("model", Double(steps) * step)
      network = trained
    }
    let fixed = try network.inferenceCopy()
    let pass = try stopwatch.secondsPerImage { count in
      let samples = Array(0..<count)
      let pixels = try dataset.unitTensor(samples, on: backend)
      _ = try perturbations(of: pixels, samples: samples, by: fixed).values()
    }
    forecast.add("friendly noise", pass * Double(dataset.count))
    forecast.memory = stopwatch.memory()
    // The output, and the images as they are made; the model, also of the run's folder.
    forecast.disk =
      2 * dataset.shape.byteCount * dataset.count
      + 2 * network.weightCount * MemoryLayout<Float>.size
    return forecast
  }
}

import ComputeBackend
import Datasets

extension RandomNoise {
  public func forecast(
    _ dataset: ImageDataset, batchSize: Int, on backend: any ComputeBackend
  ) throws -> RunForecast? {
    var stopwatch = Stopwatch(backend, batchSize: min(batchSize, dataset.count))
    let noisy = NoisyImages(
      images: dataset, samples: Array(0..<stopwatch.batchSize), noise: self, backend: backend)
    let pass = try stopwatch.secondsPerImage { count in _ = try noisy.images(Array(0..<count)) }
    var forecast = RunForecast()
    forecast.add("noise", pass * Double(dataset.count))
    forecast.memory = stopwatch.memory()
    forecast.disk = dataset.shape.byteCount * dataset.count
    return forecast
  }
}

import ComputeBackend
import Datasets

extension DataElixir {
  public func forecast(
    _ dataset: ImageDataset, batchSize: Int, on backend: any ComputeBackend
  ) throws -> RunForecast? {
    var stopwatch = Stopwatch(backend, batchSize: min(batchSize, dataset.count))
    let times = try NetworkTimes(self, on: dataset, &stopwatch)
    var forecast = forecast(
      times, samples: dataset.count, classes: Set(dataset.labels).count)
    forecast.memory = stopwatch.memory()
    // The restorations of samples that move or are tested, the output, and models.
    let restored = Int(Self.usuallyMoved * Double(dataset.count)) + keptLabelSamples(dataset)
    forecast.disk =
      dataset.shape.byteCount
      * (restored * roundCount * candidatesPerRound + dataset.count) + times.modelBytes
    return forecast
  }

  /// The share of clean samples whose label moves, as a rule.
  private static let usuallyMoved = 0.1
  /// Levels that the noise search tries, as a rule.
  private static let usualLevels = 4

  /// m; what `SamplerPlan` says of the usual levels.
  private var candidatesPerRound: Int { samplerSteps == nil ? keepLast : min(keepLast, 4) }

  private func keptLabelSamples(_ dataset: ImageDataset) -> Int {
    min(dataset.count, 2 * KeptLabelSearch.tested * Set(dataset.labels).count)
  }

  /// - Parameters:
  ///   - samples: of the dataset.
  ///   - classes: that have samples.
  package func forecast(
    _ times: NetworkTimes, samples: Int, classes: Int
  ) -> RunForecast {
    var forecast = RunForecast()
    if denoiser == nil {
      forecast.add("sifting", times.sifting)
      let training = Double(ownDenoiser.steps) * times.denoiserStep
      forecast.add("denoiser", min(training, ownDenoiser.minutes.map { 60 * $0 } ?? training))
    }
    let recipe = victim.plan.recipe
    let victimTraining =
      Double(recipe.steps(perEpoch: max(1, samples / recipe.batchSize))) * times.classifierStep
    forecast.add("victim model", victimTraining)
    let calls = samplerSteps ?? fixedNoiseSteps ?? Self.paperNoiseSteps
    // A restoration with its labels.
    let round =
      Double(calls) * times.denoiserPass + Double(candidatesPerRound) * times.classifierPass
    let restoration = Double(roundCount) * round
    if fixedNoiseSteps == nil {
      let searched = min(samples, DataElixirRun.searchImages) * Self.usualLevels
      forecast.add("noise search", Double(searched) * round)
    }
    forecast.add("candidates", Double(samples) * restoration)
    guard compatibility == .current else {
      forecast.repair = 1.5 * victimTraining
      return forecast
    }
    let kinds = Transplant.Kind.carrying.count
    let tried = Double(2 * TransplantTest.usualRecipients * kinds) * times.classifierPass
    let tested = Double(min(samples, 2 * KeptLabelSearch.tested * classes))
    forecast.add(
      "transplants",
      tested * (restoration + tried) + Self.usuallyMoved * Double(samples) * tried)
    // A second look at one class, and the benign model.
    let suspects = min(samples, samples / max(classes, 1) + SecondLook.controls)
    forecast.repair = Double(suspects) * restoration + victimTraining
    return forecast
  }
}

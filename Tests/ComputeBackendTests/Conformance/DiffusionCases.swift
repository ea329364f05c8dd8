import ComputeBackend
import TestSupport

let diffusionCases: [OperationCase] = [(3, 35, 3), (2, 784, 1), (1, 1024, 3)].flatMap {
  rows, pixels, channels in
  let size = "\(rows)×\(pixels)×\(channels)"
  return [
    OperationCase("diffusionStep \(size), all terms") { run in
      run.diffusionStep(allTerms, rows: rows, pixels: pixels, channels: channels)
    },
    OperationCase("diffusionStep \(size), learned variance") { run in
      var step = allTerms
      step.learnedVariance = .init(lower: -9.2, upper: -3.9)
      run.diffusionStep(step, rows: rows, pixels: pixels, channels: channels)
    },
    OperationCase("diffusionStep \(size), no clip, no noise scale") { run in
      var step = allTerms
      step.clip = .infinity
      step.noiseScale = 0
      step.previousPredictionWeight = 0
      run.diffusionStep(step, rows: rows, pixels: pixels, channels: channels)
    },
    OperationCase("diffusionStep \(size) in place, over the previous prediction") { run in
      let count = rows * pixels * channels
      let sample = run.output("sample", normal: count, closeness)
      let prediction = run.output("prediction", normal: count, closeness)
      run.backend.diffusionStep(
        allTerms, sample: sample, output: run.normal(count), previousPrediction: prediction,
        noise: run.noise(rows), rows: rows, pixels: pixels, channels: channels, into: sample,
        prediction: prediction)
    },
    OperationCase("diffusionStep \(size) without noise, prediction or history") { run in
      let count = rows * pixels * channels
      let step = DiffusionStep(
        sampleToPrediction: 1.2, outputToPrediction: -0.6, clip: 1, predictionWeight: 0.9,
        sampleWeight: 0.1, noiseScale: 0.5)
      run.backend.diffusionStep(
        step, sample: run.normal(count), output: run.normal(count), previousPrediction: nil,
        noise: nil, rows: rows, pixels: pixels, channels: channels,
        into: run.output("sample", count, closeness), prediction: nil)
    },
    OperationCase("diffusionStep \(size), learned variance without noise") { run in
      let count = rows * pixels * channels
      var step = allTerms
      step.learnedVariance = .init(lower: -9.2, upper: -3.9)
      step.previousPredictionWeight = 0
      run.backend.diffusionStep(
        step, sample: run.normal(count), output: run.normal(2 * count), previousPrediction: nil,
        noise: nil, rows: rows, pixels: pixels, channels: channels,
        into: run.output("sample", count, closeness),
        prediction: run.output("prediction", count, closeness))
    },
  ]
}

private let allTerms = DiffusionStep(
  sampleToPrediction: 1.3, outputToPrediction: -0.8, clip: 1, predictionWeight: 0.6,
  sampleWeight: 0.45, outputWeight: -0.2, previousPredictionWeight: 0.15, noiseScale: 0.3)

private let closeness = Closeness.elementwise(2e-6, floor: 1)

extension CaseRun {
  fileprivate func noise(_ rows: Int) -> (key: NoiseKey, streams: BufferSlice) {
    (NoiseKey(seed: 7 << 40, step: 12, purpose: 3), labels(rows, in: -5..<50_000))
  }

  fileprivate func diffusionStep(_ step: DiffusionStep, rows: Int, pixels: Int, channels: Int) {
    let count = rows * pixels * channels
    backend.diffusionStep(
      step, sample: normal(count),
      output: normal(step.learnedVariance == nil ? count : 2 * count),
      previousPrediction: step.previousPredictionWeight == 0 ? nil : normal(count),
      noise: noise(rows), rows: rows, pixels: pixels, channels: channels,
      into: output("sample", count, closeness), prediction: output("prediction", count, closeness))
  }
}

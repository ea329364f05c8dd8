import ComputeBackend

extension OpenCLBackend {
  public func diffusionStep(
    _ step: DiffusionStep, sample: BufferSlice, output: BufferSlice,
    previousPrediction: BufferSlice?, noise: (key: NoiseKey, streams: BufferSlice)?,
    rows: Int, pixels: Int, channels: Int, into: BufferSlice, prediction: BufferSlice?
  ) {
    let usesPrevious = step.previousPredictionWeight != 0
    let drawsNoise = noise != nil && (step.noiseScale != 0 || step.learnedVariance != nil)
    let flags =
      (usesPrevious ? 1 : 0) + (drawsNoise ? 2 : 0) + (prediction == nil ? 0 : 4)
      + (step.learnedVariance == nil ? 0 : 8)
    let coefficients = [
      step.sampleToPrediction, step.outputToPrediction, step.clip, step.predictionWeight,
      step.sampleWeight, step.outputWeight, step.previousPredictionWeight, step.noiseScale,
      step.learnedVariance?.lower ?? 0, step.learnedVariance?.upper ?? 0,
    ]
    let key = noise?.key ?? NoiseKey(seed: 0, step: 0, purpose: 0)
    context.launch(
      .diffusion, "diffusionStep", items: rows * randomSpans(pixels * channels),
      [.int(flags)] + coefficients.map { .float($0) } + arguments(key)
        + [
          .optional(noise?.streams, else: sample), .input(sample), .input(output),
          .optional(usesPrevious ? previousPrediction : nil, else: sample), .output(into),
          .output(prediction ?? into), .int(rows), .int(pixels), .int(channels),
        ])
  }
}

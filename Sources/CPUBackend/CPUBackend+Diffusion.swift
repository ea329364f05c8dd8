import CMicroKernels
import ComputeBackend

extension CPUBackend {
  public func diffusionStep(
    _ step: DiffusionStep, sample: BufferSlice, output: BufferSlice,
    previousPrediction: BufferSlice?, noise: (key: NoiseKey, streams: BufferSlice)?,
    rows: Int, pixels: Int, channels: Int, into: BufferSlice, prediction: BufferSlice?
  ) {
    let columns = pixels * channels
    let outputColumns = step.learnedVariance == nil ? columns : 2 * columns
    guard isHealthy else { return }
    let native = ElixirDiffusionStep(step)
    let drawsNoise = noise != nil && (step.noiseScale != 0 || step.learnedVariance != nil)
    let streams = drawsNoise ? noise?.streams.integers : nil
    let previous = step.previousPredictionWeight == 0 ? nil : previousPrediction?.floats
    let (x, m, y, clean) = (sample.floats, output.floats, into.written(), prediction?.written())
    forEachSegment(rows, columns) { row, first, last in
      let place = row * columns
      func run(_ noise: UnsafePointer<ElixirNoise>?) {
        withUnsafePointer(to: native) { native in
          kernels.random.diffusionStep(
            native, noise, x + place, m + row * outputColumns, previous.map { $0 + place },
            channels, first, last, y + place, clean.map { $0 + place })
        }
      }
      if let streams, let noise {
        withUnsafePointer(to: ElixirNoise(noise.key, stream: streams[row])) { run($0) }
      } else {
        run(nil)
      }
    }
  }
}

extension ElixirDiffusionStep {
  fileprivate init(_ step: DiffusionStep) {
    self.init(
      sampleToPrediction: step.sampleToPrediction, outputToPrediction: step.outputToPrediction,
      clip: step.clip, predictionWeight: step.predictionWeight, sampleWeight: step.sampleWeight,
      outputWeight: step.outputWeight, previousPredictionWeight: step.previousPredictionWeight,
      noiseScale: step.noiseScale, learnedVariance: step.learnedVariance != nil,
      lowerLogVariance: step.learnedVariance?.lower ?? 0,
      upperLogVariance: step.learnedVariance?.upper ?? 0)
  }
}

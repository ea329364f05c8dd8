import ComputeBackend
import Foundation

extension ReferenceOperations {
  public func diffusionStep(
    _ step: DiffusionStep, sample: BufferSlice, output: BufferSlice,
    previousPrediction: BufferSlice?, noise: (key: NoiseKey, streams: BufferSlice)?, rows: Int,
    pixels: Int, channels: Int, into: BufferSlice, prediction: BufferSlice?
  ) {
    let count = rows * pixels * channels
    let outputChannels = step.learnedVariance == nil ? channels : 2 * channels
    let x = sample.elements
    let m = output.elements
    let previous = previousPrediction?.elements
    let result = into.elements
    let predicted = prediction?.elements
    let draws = noise.map { noise in
      (0..<rows).map { row in
        let stream = Int32(noise.streams.elements[row])
        return Philox.row(noise.key, stream: stream, count: pixels * channels, normal: true)
      }
    }
    for i in 0..<count {
      let place = i / channels * outputChannels + i % channels
      let estimate =
        Double(step.sampleToPrediction) * x[i] + Double(step.outputToPrediction) * m[place]
      let clip = Double(step.clip)
      let clean = estimate < -clip ? -clip : estimate > clip ? clip : estimate
      var next =
        Double(step.predictionWeight) * clean + Double(step.sampleWeight) * x[i]
        + Double(step.outputWeight) * m[place]
      if step.previousPredictionWeight != 0 {
        guard let previous else {
          preconditionFailure("diffusionStep: previousPredictionWeight without previousPrediction")
        }
        next += Double(step.previousPredictionWeight) * previous[i]
      }
      if let draws {
        var deviation = Double(step.noiseScale)
        if let range = step.learnedVariance {
          let fraction = (m[place + channels] + 1) / 2
          deviation = exp(
            (fraction * Double(range.upper) + (1 - fraction) * Double(range.lower)) / 2)
        }
        next += deviation * Double(draws[i / (pixels * channels)][i % (pixels * channels)])
      }
      predicted?[i] = clean
      result[i] = next
    }
  }
}

/// Random numbers, optimizers and the diffusion step.
extension ValidatedBackend {
  public func randomUniform(
    _ key: NoiseKey, streams: BufferSlice, rows: Int, columns: Int, into: BufferSlice
  ) {
    check(
      "randomUniform", [rows, columns], ("streams", streams, rows), ("into", into, rows * columns))
    base.randomUniform(key, streams: streams, rows: rows, columns: columns, into: into)
  }

  public func randomNormal(
    _ key: NoiseKey, streams: BufferSlice, rows: Int, columns: Int, into: BufferSlice
  ) {
    check(
      "randomNormal", [rows, columns], ("streams", streams, rows), ("into", into, rows * columns))
    base.randomNormal(key, streams: streams, rows: rows, columns: columns, into: into)
  }

  public func sgdStep(
    _ parameters: SGDParameters, weights: BufferSlice, gradients: BufferSlice,
    velocity: BufferSlice, gradientScale: BufferSlice?
  ) {
    let count = weights.count
    check(
      "sgdStep", "\(count) weights", ("gradients", gradients, count),
      ("velocity", velocity, count), ("gradientScale", gradientScale, 1))
    base.sgdStep(
      parameters, weights: weights, gradients: gradients, velocity: velocity,
      gradientScale: gradientScale)
  }

  public func adamStep(
    _ parameters: AdamParameters, weights: BufferSlice, gradients: BufferSlice,
    firstMoment: BufferSlice, secondMoment: BufferSlice, gradientScale: BufferSlice?
  ) {
    let count = weights.count
    check("adamStep", parameters.step > 0, "step \(parameters.step), and the first is 1")
    check(
      "adamStep", "\(count) weights", ("gradients", gradients, count),
      ("firstMoment", firstMoment, count), ("secondMoment", secondMoment, count),
      ("gradientScale", gradientScale, 1))
    base.adamStep(
      parameters, weights: weights, gradients: gradients, firstMoment: firstMoment,
      secondMoment: secondMoment, gradientScale: gradientScale)
  }

  public func diffusionStep(
    _ step: DiffusionStep, sample: BufferSlice, output: BufferSlice,
    previousPrediction: BufferSlice?, noise: (key: NoiseKey, streams: BufferSlice)?,
    rows: Int, pixels: Int, channels: Int, into: BufferSlice, prediction: BufferSlice?
  ) {
    let count = rows * pixels * channels
    let usesPrevious = step.previousPredictionWeight != 0
    check(
      "diffusionStep", !usesPrevious || previousPrediction != nil,
      "weight \(step.previousPredictionWeight) of a previous prediction that is absent")
    check(
      "diffusionStep", [rows, pixels, channels], ("sample", sample, count),
      ("output", output, step.learnedVariance == nil ? count : 2 * count),
      ("previousPrediction", usesPrevious ? previousPrediction : nil, count),
      ("streams", noise?.streams, rows), ("into", into, count), ("prediction", prediction, count))
    base.diffusionStep(
      step, sample: sample, output: output, previousPrediction: previousPrediction, noise: noise,
      rows: rows, pixels: pixels, channels: channels, into: into, prediction: prediction)
  }
}

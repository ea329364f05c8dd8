import Autograd
import ComputeBackend

/// Noise and denoise images, from start to end on the device.
///
///     let chain = try DiffusionChain(denoiser: network, plan: plan, seed: 1)
///     let clean = chain.purify(
///       images, streams: NoiseStreams(sampleNumbers), keepLast: 10
///     ) { index, bytes in
///       …
///     }
///
/// All noise is a function of (seed, round, step, stream): give each image its index in the dataset
/// as its stream, and results do not depend on the batch an image is in, nor on the rounds that the
/// others are in. Nothing waits for the device.
public struct DiffusionChain {
  public let denoiser: any Denoiser
  public let plan: SamplerPlan
  public let seed: UInt64

  /// - Throws: `DiffusionError.channels` where the network's output does not go with the schedule.
  public init(denoiser: any Denoiser, plan: SamplerPlan, seed: UInt64) throws {
    let learnsVariance = plan.steps.contains { $0.coefficients.learnedVariance != nil }
    let input = denoiser.imageChannels
    guard
      denoiser.outputChannels == 2 * input
        || (denoiser.outputChannels == input && !learnsVariance)
    else {
      throw DiffusionError.channels(
        output: denoiser.outputChannels, input: input,
        variance: learnsVariance ? "learned_range" : "fixed")
    }
    self.denoiser = denoiser
    self.plan = plan
    self.seed = seed
  }

  /// One round: images `[N, H, W, C]` in [−1, 1], corrupted to the plan's level and denoised.
  ///
  /// - Parameters:
  ///   - streams: the noise of each of the N images.
  ///   - keepLast: candidates wanted; the plan may have fewer, see `SamplerPlan.candidateCount`.
  ///   - kind: which images of the last steps are candidates.
  ///   - candidate: called with each candidate's number and its bytes 0 … 255 as floats
  ///     `[N, H, W, C]`: the image as it would be saved.
  /// - Returns: the clean images, limited to [−1, 1].
  public func purify(
    _ images: Tensor, streams: NoiseStreams, keepLast: Int = 0,
    kind: CandidateKind = .samples,
    candidate: (_ index: Int, _ bytes: Tensor) throws -> Void = { _, _ in }
  ) rethrows -> Tensor {
    let noisy = withoutGradient { corrupted(images, streams: streams) }
    let clean = try denoise(
      noisy, streams: streams, keepLast: keepLast, kind: kind, candidate: candidate)
    return withoutGradient { clean.clamped(-1, 1) }
  }

  /// √ᾱ·x + √(1−ᾱ)·ε at the plan's first level.
  package func corrupted(_ images: Tensor, streams: NoiseStreams) -> Tensor {
    let noise = Tensor.empty(images.shape, on: images.backend)
    for run in streams.runs {
      let key = NoiseKey(
        seed: seed, step: UInt32(truncatingIfNeeded: run.round), purpose: .forwardDiffusion)
      images.backend.randomNormal(
        key, streams: streams.indices.rows(run.rows).slice, rows: run.rows.count,
        columns: images.count / images.shape[0], into: noise.rows(run.rows).slice)
    }
    let alphaBar = plan.startAlphaBar
    return affineSum([
      (Float(alphaBar.squareRoot()), images), (Float((1 - alphaBar).squareRoot()), noise),
    ])
  }

  /// The reverse process alone, from samples at the plan's first level; parameters as in `purify`.
  ///
  /// - Returns: the last state, not limited to [−1, 1].
  public func denoise(
    _ noisy: Tensor, streams: NoiseStreams, keepLast: Int = 0,
    kind: CandidateKind = .samples,
    candidate: (_ index: Int, _ bytes: Tensor) throws -> Void = { _, _ in }
  ) rethrows -> Tensor {
    precondition(
      noisy.shape.count == 4 && noisy.shape[3] == denoiser.imageChannels,
      "DiffusionChain: images \(noisy.shape) for a network of \(denoiser.imageChannels) channels")
    precondition(
      streams.count == noisy.shape[0],
      "DiffusionChain: \(streams.count) streams for images \(noisy.shape)")
    return try withoutGradient {
      var state = State(sample: noisy)
      let firstCandidate =
        plan.steps.count - (keepLast > 0 ? plan.candidateCount(keepLast: keepLast) : 0)
      for index in plan.steps.indices {
        let isCandidate = index >= firstCandidate
        advance(
          &state, step: index, streams: streams,
          keepsPrediction: isCandidate && kind == .predictions)
        if isCandidate {
          let image = kind == .samples ? state.sample : state.prediction ?? state.sample
          try candidate(index - firstCandidate, image.quantizedToByte())
        }
      }
      return state.sample
    }
  }

  private struct State {
    var sample: Tensor
    /// x̂₀ of the step before, where the sampler looks back or candidates are predictions.
    var prediction: Tensor?
  }

  private func advance(
    _ state: inout State, step index: Int, streams: NoiseStreams, keepsPrediction: Bool
  ) {
    let step = plan.steps[index]
    let sample = state.sample
    var output = denoiser.predict(sample, timestep: step.networkTimestep)
    if step.coefficients.learnedVariance == nil && denoiser.outputChannels > sample.shape[3] {
      output = output.channels(0..<sample.shape[3])
    }
    let next = Tensor.empty(sample.shape, on: sample.backend)
    let prediction =
      plan.usesPreviousPrediction || keepsPrediction
      ? Tensor.empty(sample.shape, on: sample.backend) : nil
    let draws = step.coefficients.noiseScale != 0 || step.coefficients.learnedVariance != nil
    for run in draws ? streams.runs : [.init(rows: 0..<streams.count, round: 0)] {
      let key = NoiseKey(
        seed: seed, step: UInt32(truncatingIfNeeded: run.round * plan.steps.count + index),
        purpose: .reverseDiffusion)
      sample.backend.diffusionStep(
        step.coefficients, sample: sample.rows(run.rows).slice,
        output: output.rows(run.rows).slice,
        previousPrediction: state.prediction?.rows(run.rows).slice,
        noise: draws ? (key, streams.indices.rows(run.rows).slice) : nil, rows: run.rows.count,
        pixels: sample.shape[1] * sample.shape[2], channels: sample.shape[3],
        into: next.rows(run.rows).slice, prediction: prediction?.rows(run.rows).slice)
    }
    state = State(sample: next, prediction: prediction)
  }
}

import Autograd
import ComputeBackend
import Diffusion
import ReferenceBackend
import Testing

/// Takes every sample for noise around a gray image.
private struct GrayDenoiser: Denoiser {
  let imageChannels = 1
  let outputChannels = 1

  func predict(_ sample: Tensor, timestep: Float) -> Tensor { sample * 0.5 }
}

@Suite struct CandidateKindTests {
  private let backend = ReferenceBackend()

  private func candidates(
    _ kind: CandidateKind, startAlphaBar: Double? = nil
  ) throws -> [[Float]] {
    var plan = try SamplerPlan(schedule: .reference, sampler: .ddpm, noiseSteps: 40, steps: 8)
    if let startAlphaBar { plan.startAlphaBar = startAlphaBar }
    let chain = try DiffusionChain(denoiser: GrayDenoiser(), plan: plan, seed: 3)
    var kept: [[Float]] = []
    _ = try chain.purify(
      Tensor.zeros([2, 4, 4, 1], on: backend),
      streams: NoiseStreams(IndexTensor([4, 9], shape: [2], on: backend)), keepLast: 3, kind: kind
    ) { kept.append(try $1.values()) }
    return kept
  }

  @Test func predictionsHaveNoNoiseYet() throws {
    let samples = try candidates(.samples)
    let predictions = try candidates(.predictions)
    #expect(samples.count == 3 && predictions.count == 3)
    // The last state is the last prediction; those before have noise added.
    #expect(samples[2] == predictions[2])
    #expect(samples[0] != predictions[0])
    #expect(samples[1] != predictions[1])
  }

  @Test func corruptionCanDifferFromTheFirstStep() throws {
    let plan = try SamplerPlan(schedule: .reference, sampler: .ddpm, noiseSteps: 40, steps: 8)
    #expect(plan.startAlphaBar == plan.steps[0].alphaBar)
    #expect(try candidates(.samples, startAlphaBar: plan.startAlphaBar) == candidates(.samples))
    #expect(try candidates(.samples, startAlphaBar: 0.5) != candidates(.samples))
  }
}

import Foundation
import Testing

import Diffusion

@Suite struct SamplerPlanTests {
  /// Three levels whose √ᾱ and √(1−ᾱ) are 0.6/0.8, 0.8/0.6 and 0.96/0.28, worked by hand.
  private let schedule = NoiseSchedule(
    .table([1 - 0.9216, 1 - 0.64 / 0.9216, 1 - 0.36 / 0.64]), clip: nil)

  @Test func multistepByHand() throws {
    let plan = try SamplerPlan(schedule: schedule, sampler: .dpmSolver, timesteps: [2, 1, 0])
    #expect(plan.steps.map(\.timestep) == [2, 1, 0])
    let first = plan.steps[0].coefficients
    // λ = ln(0.6/0.8), λ′ = ln(0.8/0.6): e⁻ʰ = 9/16; σ′/σ = 3/4; α′(1−e⁻ʰ) = 0.8·7/16 = 0.35.
    close(first.sampleToPrediction, 1 / 0.6)
    close(first.outputToPrediction, -0.8 / 0.6)
    close(first.sampleWeight, 0.75)
    close(first.predictionWeight, 0.35)
    #expect(first.previousPredictionWeight == 0 && first.noiseScale == 0)
    let second = plan.steps[1].coefficients
    // e⁻ʰ = (0.8/0.6)/(0.96/0.28) = 7/18, σ′/σ = 7/15, α′(1−e⁻ʰ) = 0.96·11/18.
    let weight = 0.96 * 11 / 18
    let r = log(16.0 / 9) / log(18.0 / 7)
    close(second.sampleWeight, 7.0 / 15)
    close(second.predictionWeight, weight * (1 + 1 / (2 * r)))
    close(second.previousPredictionWeight, -weight / (2 * r))
    let third = plan.steps[2].coefficients
    // To the clean image: x′ = x̂₀, first order.
    close(third.predictionWeight, 1)
    #expect(third.sampleWeight == 0 && third.previousPredictionWeight == 0)
  }

  @Test func firstOrderMultistepIsImplicitWithoutNoise() {
    let reverse = ReverseStep(schedule: schedule, alphaBar: 0.36, nextAlphaBar: 0.64)
    let multistep = reverse.multistep(previousAlphaBar: nil)
    let implicit = reverse.implicit(eta: 0)
    // Both are linear in x and m: compare the two coefficients.
    let a = (multistep.predictionWeight, multistep.sampleWeight)
    let b = (implicit.predictionWeight, implicit.outputWeight)
    close(a.0 * multistep.sampleToPrediction + a.1, Double(b.0 * implicit.sampleToPrediction))
    close(a.0 * multistep.outputToPrediction, Double(b.0 * implicit.outputToPrediction + b.1))
  }

  @Test func implicitWithFullNoiseIsAncestral() {
    let reverse = ReverseStep(schedule: schedule, alphaBar: 0.36, nextAlphaBar: 0.64)
    let ancestral = reverse.ancestral()
    let implicit = reverse.implicit(eta: 1)
    close(
      implicit.predictionWeight * implicit.sampleToPrediction + implicit.sampleWeight,
      Double(ancestral.predictionWeight * ancestral.sampleToPrediction + ancestral.sampleWeight))
    close(
      implicit.predictionWeight * implicit.outputToPrediction + implicit.outputWeight,
      Double(ancestral.predictionWeight * ancestral.outputToPrediction))
    close(implicit.noiseScale, Double(ancestral.noiseScale))
  }

  @Test(arguments: [Sampler.ddpm, .ddim(eta: 0), .ddim(eta: 1), .dpmSolver])
  func lastStepIsThePrediction(_ sampler: Sampler) throws {
    for variance in NoiseSchedule.Variance.allCases {
      let schedule = NoiseSchedule(.linear(start: 1e-4, end: 0.02), variance: variance)
      let plan = try SamplerPlan(schedule: schedule, sampler: sampler, noiseSteps: 40, steps: 4)
      let last = plan.steps[3].coefficients
      #expect(last.predictionWeight == 1 && last.sampleWeight == 0 && last.outputWeight == 0)
      #expect(last.noiseScale == 0)
      if let range = last.learnedVariance {
        #expect(range.lower == range.upper && range.upper < -40)
      }
    }
  }

  private func close(_ actual: Float, _ expected: Double) {
    #expect(abs(Double(actual) - expected) < 1e-6 * max(1, abs(expected)))
  }
}

import ComputeBackend
import Foundation
import TestSupport
import Testing

import Diffusion

/// Single steps of diffusers' schedulers, with values recomputed there in double precision.
@Suite struct SchedulerFixtureTests {
  struct Fixture: Decodable {
    var cases: [Case]
    var tables: [String: Table]
    var add_noise: [ForwardCase]
  }
  struct Table: Decodable {
    var alphas_cumprod_f32: [Double]
  }
  struct ForwardCase: Decodable {
    var t: Int
    var x0: [Double]
    var noise: [Double]
    var x_t: [Double]
  }
  struct Case: Decodable, CustomTestStringConvertible {
    var kind: String
    var beta_schedule: String
    var beta_start: Double
    var beta_end: Double
    var num_train_timesteps: Int
    var variance_type: String
    var prediction_type: String
    var clip_sample: Bool
    var clip_range: Double
    var t: Int
    var prev_t: Int
    var eta: Double
    var x_t: [Double]
    var model_output: [Double]
    var variance_channels: [Double]?
    var noise: [Double]
    var mean_f64: [Double]
    var variance_f64: [Double]
    var x_prev_f64: [Double]
    var pred_x0_f64: [Double]

    var testDescription: String {
      "\(kind) \(beta_schedule) \(variance_type) \(prediction_type) "
        + "clip \(clip_sample) \(t)→\(prev_t)"
    }
  }

  static let fixture = try? Fixtures.json("schedulers.json", as: Fixture.self)

  @Test(.requiresFixtures)
  func everyCaseIsThere() throws {
    #expect(try #require(Self.fixture).cases.count == 24)
  }

  @Test(
    .requiresFixtures,
    arguments: fixture?.cases ?? [])
  func step(_ example: Case) throws {
    let betas: BetaSchedule =
      example.beta_schedule == "linear"
      ? .linear(start: example.beta_start, end: example.beta_end) : .squaredCosine
    let schedule = NoiseSchedule(
      betas, count: example.num_train_timesteps,
      prediction: try #require(NoiseSchedule.Prediction(rawValue: example.prediction_type)),
      variance: NoiseSchedule.Variance(rawValue: example.variance_type) ?? .fixedSmall,
      clip: example.clip_sample ? example.clip_range : nil)
    let reverse = ReverseStep(
      schedule: schedule, alphaBar: schedule.alphaBars[example.t],
      nextAlphaBar: example.prev_t < 0 ? 1 : schedule.alphaBars[example.prev_t])
    let step = example.kind == "ddpm" ? reverse.ancestral() : reverse.implicit(eta: example.eta)

    for i in example.x_t.indices {
      let result = Self.apply(
        step, sample: example.x_t[i], output: example.model_output[i],
        variance: example.variance_channels?[i], noise: example.noise[i])
      // A float's precision of the two terms, which nearly cancel where there is little signal.
      let terms =
        abs(Double(step.sampleToPrediction) * example.x_t[i])
        + abs(Double(step.outputToPrediction) * example.model_output[i])
      expectClose(result.prediction, example.pred_x0_f64[i], scale: terms, "x̂₀[\(i)]")
      expectClose(result.mean, example.mean_f64[i], "mean[\(i)]")
      expectClose(result.mean + result.noise, example.x_prev_f64[i], "x′[\(i)]")
    }
  }

  private func expectClose(
    _ actual: Double, _ expected: Double, scale: Double = 1, tolerance: Double = 1e-6,
    _ what: String
  ) {
    let error = abs(actual - expected) / max(1, scale)
    #expect(error < tolerance, "\(what): \(actual), expected \(expected)")
  }

  /// The fused kernel's formula.
  private static func apply(
    _ step: DiffusionStep, sample: Double, output: Double, variance: Double?, noise: Double
  ) -> (prediction: Double, mean: Double, noise: Double) {
    let clip = Double(step.clip)
    let raw = Double(step.sampleToPrediction) * sample + Double(step.outputToPrediction) * output
    let prediction = min(max(raw, -clip), clip)
    let mean =
      Double(step.predictionWeight) * prediction + Double(step.sampleWeight) * sample
      + Double(step.outputWeight) * output
    var scale = Double(step.noiseScale)
    if let range = step.learnedVariance, let variance {
      let fraction = (variance + 1) / 2
      scale = exp(0.5 * (fraction * Double(range.upper) + (1 - fraction) * Double(range.lower)))
    }
    return (prediction, mean, scale * noise)
  }

  @Test(.requiresFixtures)
  func tables() throws {
    let fixture = try #require(Self.fixture)
    for (name, betas) in [
      ("linear", BetaSchedule.linear(start: 1e-4, end: 0.02)),
      ("squaredcos_cap_v2", .squaredCosine),
    ] {
      let expected = try #require(fixture.tables[name]).alphas_cumprod_f32
      let actual = NoiseSchedule(betas).alphaBars
      #expect(actual.count == expected.count)
      // diffusers multiplies a thousand factors in single precision.
      let error = zip(actual, expected).map { abs($0 - $1) }.max() ?? 1
      #expect(error < 1e-6, "\(name)")
    }
  }

  @Test(.requiresFixtures)
  func forwardProcess() throws {
    for example in try #require(Self.fixture).add_noise {
      let alphaBar = NoiseSchedule.reference.alphaBars[example.t]
      for i in example.x0.indices {
        let noisy =
          alphaBar.squareRoot() * example.x0[i] + (1 - alphaBar).squareRoot() * example.noise[i]
        // The expected values come from single precision, ᾱ included.
        expectClose(noisy, example.x_t[i], tolerance: 1e-5, "x_\(example.t)[\(i)]")
      }
    }
  }
}

import Autograd
import Checkpoints
import ComputeBackend
import Foundation
import Models
import TestSupport
import Testing

import Diffusion

/// Whole chains of U-Nets of OpenAI, with the noise that their own code drew.
@Suite(.requiresFixtures)
struct OpenAIChainTests {
  static let folder = Fixtures.shared.appendingPathComponent("formats/checkpoints/openai")

  static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
    .filter { !$0.hasSuffix(".json") }.sorted()

  private struct Meta: Decodable {
    struct Diffusion: Decodable {
      var timestep_map: [Int]
      var ddim_timestep_map: [Int]
      var model_timesteps: [Double]
    }
    var diffusion: Diffusion
  }

  private struct Respacings: Decodable {
    struct Entry: Decodable {
      var steps: Int
      var respacing: String
      /// Numbers, and `…` in the place of those in the middle.
      var timestep_map: [Place]
      var count: Int
    }
    enum Place: Decodable, Equatable {
      case step(Int)
      case omitted

      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        self = (try? container.decode(Int.self)).map { .step($0) } ?? .omitted
      }
    }
    var respacing: [Entry]
  }

  @Test func respacingIsThatOfOpenAI() throws {
    let data = try Data(contentsOf: Self.folder.appendingPathComponent("respacing.json"))
    let entries = try JSONDecoder().decode(Respacings.self, from: data).respacing
    #expect(entries.count > 10)
    for entry in entries {
      let steps = try TimestepRespacing.timesteps(entry.respacing, count: entry.steps)
      let label = "\(entry.respacing) of \(entry.steps)"
      #expect(steps.count == entry.count, "\(label)")
      let gap = entry.timestep_map.firstIndex(of: .omitted) ?? entry.timestep_map.count
      #expect(
        steps.prefix(gap).map { .step($0) } == Array(entry.timestep_map[..<gap]), "\(label)")
      let end = entry.timestep_map[gap...].dropFirst()
      #expect(steps.suffix(end.count).map { .step($0) } == Array(end), "\(label)")
    }
  }

  @Test(arguments: ["", "x", "0", "1001", "ddim", "ddim0", "ddim999", "5,-1", "500,501"])
  func wordsWithoutMeaningAreRefused(text: String) {
    #expect(throws: DiffusionError.self) { try TimestepRespacing.timesteps(text, count: 1000) }
  }

  /// Of "ddim25" of 1000 steps those up to the level of 150 noise steps: every 40th below 150.
  @Test func respacedPlanBeginsAtTheNoise() throws {
    let plan = try SamplerPlan(
      schedule: .reference, sampler: .ddpm, noiseSteps: 150, respacing: "ddim25")
    #expect(plan.steps.map(\.timestep) == [120, 80, 40, 0])
    #expect(plan.startAlphaBar == NoiseSchedule.reference.alphaBars[120])
    // All steps of the second half.
    #expect(throws: DiffusionError.self) {
      try SamplerPlan(schedule: .reference, sampler: .ddpm, noiseSteps: 150, respacing: "0,500")
    }
  }

  private struct Chain {
    let denoiser: any Denoiser
    let schedule: NoiseSchedule
    let file: Checkpoint
    let meta: Meta
    let backend: any ComputeBackend

    init(_ name: String, on backend: any ComputeBackend) throws {
      let folder = OpenAIChainTests.folder.appendingPathComponent(name)
      let pretrained = try PretrainedDenoiser(folder, on: backend)
      file = try Checkpoint(folder.appendingPathComponent("diffusion.safetensors"))
      meta = try JSONDecoder().decode(
        Meta.self, from: Data(contentsOf: folder.appendingPathComponent("meta.json")))
      schedule = pretrained.schedule
      self.backend = backend
      // The two samples have the first two labels.
      let io = try Checkpoint(folder.appendingPathComponent("io.safetensors"))
      let y = try io.contains("y") ? io.floats("y").prefix(2).map { Int($0) } : nil
      denoiser =
        y.map { ConditionedDenoiser(pretrained.network, labels: $0) } ?? pretrained.network
    }

    func images(_ name: String, at index: Int = 0) throws -> Tensor {
      let shape = Array(try #require(file.shape(name), "\(name)").suffix(4))
      let count = shape.reduce(1, *)
      let values = Array(try file.floats(name)[index * count..<(index + 1) * count])
      return Tensor(
        Layout.channelsLast(values, shape: shape), shape: [shape[0], shape[2], shape[3], shape[1]],
        on: backend)
    }

    /// The steps with stored noise in place of our own; each sample is compared.
    func run(_ name: String, _ plan: SamplerPlan, tolerance: Double) throws {
      var sample = try images("\(name)/x_start")
      for (index, step) in plan.steps.enumerated() {
        let noise = try images("\(name)/noise", at: index)
        let output = withoutGradient {
          denoiser.predict(sample, timestep: step.networkTimestep)
        }
        let channels = sample.shape[3]
        var quiet = step.coefficients
        quiet.noiseScale = 0
        quiet.learnedVariance = nil
        let mean = Tensor.empty(sample.shape, on: backend)
        backend.diffusionStep(
          quiet, sample: sample.slice, output: output.channels(0..<channels).slice,
          previousPrediction: nil, noise: nil, rows: sample.shape[0],
          pixels: sample.shape[1] * sample.shape[2], channels: channels, into: mean.slice,
          prediction: nil)
        if let range = step.coefficients.learnedVariance {
          // log σ² = lower + (v + 1)/2·(upper − lower).
          let share = output.channels(channels..<2 * channels).affine(scale: 0.5, offset: 0.5)
          let logarithm = share.affine(scale: range.upper - range.lower, offset: range.lower)
          sample = mean + (logarithm * 0.5).exp() * noise
        } else {
          sample = affineSum([(1, mean), (step.coefficients.noiseScale, noise)])
        }
        expectClose(
          try sample.values(), try images("\(name)/samples", at: index).values(),
          .absolute(tolerance), "\(name) after step \(index)")
      }
      expectClose(
        try sample.values(), try images("\(name)/final_f64").values(), .absolute(tolerance),
        "\(name)")
    }
  }

  @Test(arguments: names, TestDevices.all)
  func chainsAreThoseOfOpenAI(name: String, device: TestDevice) throws {
    let chain = try Chain(name, on: device.backend)
    let timesteps = try TimestepRespacing.timesteps("6", count: chain.schedule.alphaBars.count)
    #expect(timesteps == chain.meta.diffusion.timestep_map)
    let falling = Array(timesteps.reversed())
    let plan = try SamplerPlan(schedule: chain.schedule, sampler: .ddpm, timesteps: falling)
    #expect(
      plan.steps.map(\.networkTimestep)
        == chain.meta.diffusion.model_timesteps.reversed().map { Float($0) })
    try chain.run("ancestral", plan, tolerance: 5e-4)

    let purifying = try SamplerPlan(
      schedule: chain.schedule, sampler: .ddpm, timesteps: Array(falling.suffix(4)))
    let alphaBar = purifying.startAlphaBar
    let start = affineSum([
      (Float(alphaBar.squareRoot()), try chain.images("purify/x0")),
      (Float((1 - alphaBar).squareRoot()), try chain.images("purify/forward_noise")),
    ])
    expectClose(
      try start.values(), try chain.images("purify/x_start").values(), .absolute(1e-5), "start")
    try chain.run("purify", purifying, tolerance: 5e-4)

    let implicit = try TimestepRespacing.timesteps("ddim6", count: chain.schedule.alphaBars.count)
    #expect(implicit == chain.meta.diffusion.ddim_timestep_map)
    for eta in [0, 0.5] {
      let plan = try SamplerPlan(
        schedule: chain.schedule, sampler: .ddim(eta: eta), timesteps: implicit.reversed())
      try chain.run(eta == 0 ? "ddim_eta0" : "ddim_eta0.5", plan, tolerance: 1e-3)
    }
  }

  /// One step of the respaced and one of the full process: mean, variance and x̂₀.
  @Test(arguments: names)
  func oneStepIsThatOfOpenAI(name: String) throws {
    let device = try #require(TestDevices.all.first)
    let chain = try Chain(name, on: device.backend)
    let count = chain.schedule.alphaBars.count
    let x = try chain.images("step/x")
    for (kind, timesteps) in [
      ("step", try TimestepRespacing.timesteps("6", count: count)), ("full_step", Array(0..<count)),
    ] {
      let index = Int(try chain.file.floats("\(kind)/t_index")[0])
      guard index > 0 else { continue }
      let plan = try SamplerPlan(
        schedule: chain.schedule, sampler: .ddpm, timesteps: timesteps[...index].reversed())
      let step = plan.steps[0]
      let output = withoutGradient { chain.denoiser.predict(x, timestep: step.networkTimestep) }
      let mean = Tensor.empty(x.shape, on: device.backend)
      let prediction = Tensor.empty(x.shape, on: device.backend)
      var quiet = step.coefficients
      quiet.noiseScale = 0
      quiet.learnedVariance = nil
      device.backend.diffusionStep(
        quiet, sample: x.slice, output: output.channels(0..<3).slice, previousPrediction: nil,
        noise: nil, rows: x.shape[0], pixels: x.shape[1] * x.shape[2], channels: 3,
        into: mean.slice, prediction: prediction.slice)
      let first = x.count / x.shape[0]
      func compare(_ values: Tensor, _ stored: String, _ tolerance: Double = 1e-4) throws {
        expectClose(
          Array(try values.values()[..<first]),
          Array(try chain.images("\(kind)/\(stored)").values()[..<first]), .absolute(tolerance),
          "\(kind)/\(stored)")
      }
      try compare(mean, "mean")
      // At the last time step a rounding of the output counts a hundredfold.
      try compare(prediction, "pred_xstart", 1e-3)
      if let range = step.coefficients.learnedVariance {
        let share = output.channels(3..<6).affine(scale: 0.5, offset: 0.5)
        try compare(
          share.affine(scale: range.upper - range.lower, offset: range.lower), "log_variance")
      } else {
        let variance = step.coefficients.noiseScale * step.coefficients.noiseScale
        try compare(mean * 0 + variance, "variance")
      }
    }
  }
}

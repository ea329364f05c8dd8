import ArgumentParser
import Diffusion
import Purification

/// How an image is corrupted and restored, shared by the commands that run a chain.
struct SamplerArguments: ParsableArguments {
  @Option(help: "auto (measured to decide like ddpm), ddpm (the paper's), ddim or dpm++.")
  var sampler = Choice.auto

  @Option(help: "Calls of the denoiser in a round (default: 10; ddpm: one for each noise step).")
  var samplerSteps: Int?

  @Option(
    help: ArgumentHelp(
      "The denoiser's time steps instead, as OpenAI's timestep_respacing: 250, ddim25 or 10,5,5.",
      valueName: "sections"))
  var respacing: String?

  @Option(help: "Noise of ddim, from 0 (none) to 1 (as much as ddpm).")
  var eta = 1.0

  enum Choice: String, CaseIterable, ExpressibleByArgument {
    case auto
    case ddpm
    case ddim
    case dpmSolver = "dpm++"
  }

  func validate() throws {
    if let samplerSteps, samplerSteps < 1 {
      throw ValidationError("--sampler-steps \(samplerSteps): use at least 1.")
    }
    if samplerSteps != nil, respacing != nil {
      throw ValidationError("--sampler-steps, --respacing: use one of them.")
    }
    if !(0...1).contains(eta) { throw ValidationError("--eta \(eta): use a number from 0 to 1.") }
  }

  /// What `auto` stands for is measured in Benchmarks/README.md, "Samplers".
  var name: DataElixir.SamplerName {
    switch sampler {
    case .auto, .ddim: .ddim
    case .ddpm: .ddpm
    case .dpmSolver: .dpmSolver
    }
  }

  /// Calls of the denoiser in a round; `nil` for one for each noise step.
  var calls: Int? { samplerSteps ?? (sampler == .ddpm ? nil : 10) }

  /// The reverse process of a denoiser that was trained with this schedule.
  ///
  /// Throws `DiffusionError` if that was with less noise.
  func plan(_ schedule: NoiseSchedule, noiseSteps: Int) throws -> SamplerPlan {
    if let respacing {
      return try SamplerPlan(
        schedule: schedule, sampler: name.sampler(eta: eta), noiseSteps: noiseSteps,
        respacing: respacing)
    }
    return try SamplerPlan(
      schedule: schedule, sampler: name.sampler(eta: eta), noiseSteps: noiseSteps, steps: calls)
  }
}

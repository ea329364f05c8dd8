import Foundation
import Models

extension NoiseSchedule {
  /// What a network is told of a time step.
  public func networkTimestep(_ timestep: Int) -> Float { Float(Double(timestep) * timestepScale) }

  /// The process that the flags of improved-diffusion and guided-diffusion describe.
  ///
  /// Linear betas are stretched so that any number of steps adds the noise of 1000.
  init(openAI files: DenoiserFiles) throws {
    let flags = try OpenAIFlags(files.configuration)
    let scale = 1000 / Double(flags.diffusionSteps)
    let betas: BetaSchedule =
      switch flags.noiseSchedule {
      case .linear: .linear(start: 1e-4 * scale, end: 0.02 * scale)
      case .cosine: .squaredCosine
      }
    self.init(
      betas, count: flags.diffusionSteps, prediction: flags.predictsImage ? .sample : .epsilon,
      variance: flags.learnsVariance
        ? .learnedRange : flags.hasSmallVariance ? .fixedSmall : .fixedLarge)
    timestepScale = flags.rescalesTimesteps ? scale : 1
    takesNoiseFromClipped = true
  }
}

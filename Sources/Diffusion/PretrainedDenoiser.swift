import ComputeBackend
import Foundation
import Models

/// A denoiser's folder in memory: the network and the schedule it was trained with.
public struct PretrainedDenoiser {
  public let network: UNet2DModel
  public let schedule: NoiseSchedule

  /// Loads a diffusers folder.
  ///
  /// - Throws: `CheckpointError`, naming the file, the field or the tensor.
  public init(_ folder: URL, on backend: any ComputeBackend) throws {
    schedule = try NoiseSchedule(folder: folder)
    network = try UNet2DModel.load(folder, on: backend)
  }

  /// A chain from `noiseSteps` (of the reference schedule) in `steps` calls of the network.
  public func chain(
    sampler: Sampler, noiseSteps: Int, steps: Int? = nil, seed: UInt64
  ) throws -> DiffusionChain {
    let plan = try SamplerPlan(
      schedule: schedule, sampler: sampler, noiseSteps: noiseSteps, steps: steps)
    return try DiffusionChain(denoiser: network, plan: plan, seed: seed)
  }
}

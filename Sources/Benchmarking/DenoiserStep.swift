import Autograd
import ComputeBackend
import Diffusion
import Models

/// One reverse step of a denoiser on a batch of blank images: the network and the sampler's step.
public struct DenoiserStep {
  /// Floating-point operations of the network.
  public let flops: Int
  private let chain: DiffusionChain
  private let images: Tensor
  private let streams: NoiseStreams

  /// - Throws: `DiffusionError.channels` where the network's output fits no schedule.
  public init(_ network: UNet2DModel, batch: Int, on backend: any ComputeBackend) throws {
    let size = network.measuredSize
    let plan = try SamplerPlan(
      schedule: .reference(for: network), sampler: .ddpm, timesteps: [149, 148])
    chain = try DiffusionChain(denoiser: network, plan: plan, seed: 0)
    streams = NoiseStreams(
      IndexTensor((0..<Int32(batch)).map { $0 }, shape: [batch], on: backend))
    images = Tensor.zeros([batch, size.height, size.width, network.imageChannels], on: backend)
    flops = network.flops(batch: batch, height: size.height, width: size.width)
  }

  /// Takes two steps and waits; returns the seconds of one (chains go on to a last step).
  public func run() throws -> Double {
    try Timing.secondsTaken {
      _ = try chain.purify(images, streams: streams)
      try images.backend.synchronize()
    } / 2
  }
}

extension UNet2DModel {
  /// The images it is measured with: those of its configuration, or 32×32.
  public var measuredSize: UNet2DConfiguration.ImageSize {
    configuration.sampleSize ?? .init(height: 32, width: 32)
  }
}

extension NoiseSchedule {
  /// The reference schedule with the variance that the network's output has.
  public static func reference(for network: UNet2DModel) -> NoiseSchedule {
    var schedule = NoiseSchedule.reference
    if network.outputChannels > network.imageChannels { schedule.variance = .learnedRange }
    return schedule
  }
}

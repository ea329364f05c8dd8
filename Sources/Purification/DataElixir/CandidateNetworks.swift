import ComputeBackend
import Datasets
import Diffusion

/// The denoiser on each device, and what makes candidates with it.
struct CandidateNetworks {
  let options: DataElixir
  let shape: ImageShape
  let devices: DevicePool
  /// On each device.
  let denoisers: [PretrainedDenoiser]

  var schedule: NoiseSchedule { denoisers[0].schedule }

  /// How a round goes.
  static func plan(
    _ options: DataElixir, schedule: NoiseSchedule, noiseSteps: Int
  ) throws -> SamplerPlan {
    var plan =
      if let respacing = options.respacing {
        try SamplerPlan(
          schedule: schedule, sampler: options.diffusionSampler, noiseSteps: noiseSteps,
          respacing: respacing)
      } else {
        try SamplerPlan(
          schedule: schedule, sampler: options.diffusionSampler, noiseSteps: noiseSteps,
          steps: options.samplerSteps)
      }
    if options.compatibility == .dataElixir {
      // The official code adds one noise step more than it removes.
      plan.startAlphaBar = NoiseSchedule.reference.alphaBar(level: noiseSteps + 1)
    }
    return plan
  }

  /// What makes candidates on each device.
  ///
  /// - Parameter isSecond: with other noise than in the first pass.
  func generators(
    noiseSteps: Int, victim: ClassifierLabels, isSecond: Bool = false
  ) throws -> [DiffusionCandidates] {
    let plan = try Self.plan(options, schedule: schedule, noiseSteps: noiseSteps)
    return try denoisers.enumerated().map { device, denoiser in
      DiffusionCandidates(
        chain: try DiffusionChain(
          denoiser: denoiser.network, plan: plan,
          seed: isSecond ? options.seed &+ 1 : options.seed),
        shape: shape, keepLast: options.keepLast, kind: options.candidates,
        on: devices.backends[device]
      ) { victim.labels($0, device: device) }
    }
  }

  func construction(
    of images: any LabelledImages, by generators: [DiffusionCandidates], batchSize: Int
  ) -> CandidateConstruction {
    CandidateConstruction(
      images: images, generators: generators, filter: options.rules.filter,
      rounds: options.roundCount, batchSize: batchSize)
  }

  /// The labels of samples after one round, which the noise search compares.
  func round(
    _ samples: [Int], of images: any LabelledImages, by generators: [DiffusionCandidates],
    batchSize size: Int
  ) throws -> [Int] {
    var labels: [Int] = []
    try devices.share(pieces: (samples.count + size - 1) / size) { device, piece in
      let batch = Array(samples[piece * size..<min((piece + 1) * size, samples.count)])
      let made = try generators[device].round(
        batch.map { PooledSample(sample: $0, round: 0) }, newImages: try images.images(batch))
      return made.labels.last ?? []
    } receive: {
      labels += $0
    }
    return labels
  }
}

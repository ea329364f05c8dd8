import Autograd
import ComputeBackend
import Devices
import Diffusion
import Models
import TestSupport
import Testing

/// A cheap network that is not linear and mixes neighbouring pixels.
private struct RippleDenoiser: Denoiser {
  var imageChannels = 3
  var outputChannels = 3

  func predict(_ sample: Tensor, timestep: Float) -> Tensor {
    let mixed = upsampleNearest(averagePool(sample, factor: 2), factor: 2)
    return (sample * 0.3 + mixed * (timestep / 300)).tanh()
  }
}

@Suite struct DiffusionChainTests {
  private func chain(_ sampler: Sampler, steps: Int?) throws -> DiffusionChain {
    let plan = try SamplerPlan(
      schedule: .reference, sampler: sampler, noiseSteps: 60, steps: steps)
    return try DiffusionChain(denoiser: RippleDenoiser(), plan: plan, seed: 5)
  }

  private func images(_ samples: [Int32], on backend: any ComputeBackend) -> Tensor {
    let pixels = samples.flatMap { sample in
      Philox.row(
        NoiseKey(seed: 1, step: 0, purpose: 0), stream: sample, count: 8 * 8 * 3, normal: false
      ).map { 2 * $0 - 1 }
    }
    return Tensor(pixels, shape: [samples.count, 8, 8, 3], on: backend)
  }

  private func purify(
    _ samples: [Int32], _ chain: DiffusionChain, on device: TestDevice = TestDevices.all[0],
    rounds: [Int]? = nil
  ) throws -> (clean: [Float], candidates: [[Float]]) {
    let backend = device.backend
    var kept: [Tensor] = []
    let clean = chain.purify(
      images(samples, on: backend),
      streams: NoiseStreams(
        IndexTensor(samples, shape: [samples.count], on: backend),
        rounds: rounds ?? samples.map { _ in 0 }),
      keepLast: 10
    ) { index, bytes in
      #expect(index == kept.count)
      kept.append(bytes)
    }
    return (try clean.values(), try kept.map { try $0.values() })
  }

  @Test(arguments: TestDevices.all, [Sampler.ddpm, .ddim(eta: 1), .dpmSolver])
  func resultsDoNotDependOnTheBatch(_ device: TestDevice, _ sampler: Sampler) throws {
    let chain = try chain(sampler, steps: 12)
    let all = try purify([7, 3, 11, 4, 0], chain, on: device)
    let size = 8 * 8 * 3
    for (position, sample) in [Int32(7), 3, 11, 4, 0].enumerated() {
      let alone = try purify([sample], chain, on: device)
      let part = position * size..<(position + 1) * size
      #expect(alone.clean == Array(all.clean[part]))
      for (a, b) in zip(alone.candidates, all.candidates) { #expect(a == Array(b[part])) }
    }
  }

  @Test(arguments: TestDevices.all, [Sampler.ddpm, .ddim(eta: 1), .dpmSolver])
  func imagesOfABatchMayBeInDifferentRounds(_ device: TestDevice, _ sampler: Sampler) throws {
    let chain = try chain(sampler, steps: 12)
    let (samples, rounds): ([Int32], [Int]) = ([7, 3, 11, 4, 0], [3, 2, 2, 0, 1])
    let all = try purify(samples, chain, on: device, rounds: rounds)
    let size = 8 * 8 * 3
    for position in samples.indices {
      let alone = try purify([samples[position]], chain, on: device, rounds: [rounds[position]])
      let part = position * size..<(position + 1) * size
      #expect(alone.clean == Array(all.clean[part]))
      for (a, b) in zip(alone.candidates, all.candidates) { #expect(a == Array(b[part])) }
    }
  }

  @Test func roundsAndSeedsDiffer() throws {
    let chain = try chain(.ddpm, steps: 12)
    let first = try purify([1, 2], chain)
    #expect(try purify([1, 2], chain, rounds: [0, 0]).clean == first.clean)
    #expect(try purify([1, 2], chain, rounds: [1, 1]).clean != first.clean)
    let other = try DiffusionChain(denoiser: chain.denoiser, plan: chain.plan, seed: 6)
    #expect(try purify([1, 2], other).clean != first.clean)
  }

  @Test func candidatesAreBytesAndTheLastIsTheResult() throws {
    let chain = try chain(.ddpm, steps: nil)
    let result = try purify([5], chain)
    #expect(result.candidates.count == 10)
    for bytes in result.candidates {
      #expect(bytes.allSatisfy { (0...255).contains($0) && $0 == $0.rounded() })
    }
    #expect(result.clean.allSatisfy { (-1...1).contains($0) })
    let saved = result.clean.map { (($0 + 1) * 127.5).rounded(.down) }
    #expect(result.candidates.last == saved)
  }

  @Test(arguments: TestDevices.all)
  func steadyStateTakesAllMemoryFromThePool(_ device: TestDevice) throws {
    // A pool of its own: tests run side by side.
    let backend = try Devices.make(device.name)
    let samples: [Int32] = [0, 1, 2, 3]
    let indices = IndexTensor(samples, shape: [4], on: backend)
    let chain = try chain(.dpmSolver, steps: 12)
    var configuration = UNet2DConfiguration()
    configuration.blockOutputChannels = [8, 16]
    configuration.downBlockTypes = [.plain, .attention]
    configuration.upBlockTypes = [.attention, .plain]
    configuration.normGroups = 8
    let network = UNet2DModel(configuration, seed: 1, on: backend)
    let input = images(samples, on: backend)
    var misses: [Int] = []
    let probe = ProbedDenoiser(base: network) {
      misses.append(backend.pool.statistics.misses)
    }
    let probed = try DiffusionChain(denoiser: probe, plan: chain.plan, seed: 5)
    _ = try probed.purify(input, streams: NoiseStreams(indices)).values()
    #expect(misses.count == 12)
    // Two steps fill the pool (the second has a prediction to look back at). As storage may serve
    // smaller requests, a few more settle which one serves which; no step after these misses.
    #expect(misses[2] - misses[0] < misses[0])
    #expect(misses[5] - misses[2] <= 2, "\(misses)")
    #expect(misses[11] == misses[5], "\(misses)")
    let before = backend.pool.statistics.misses
    _ = try probed.purify(input, streams: NoiseStreams(indices, rounds: [2, 1, 1, 0])).values()
    #expect(backend.pool.statistics.misses == before)
  }

  @Test func refusesChannelsThatDoNotFit() throws {
    let plan = try SamplerPlan(schedule: .reference, sampler: .ddpm, noiseSteps: 5)
    #expect(throws: DiffusionError.channels(output: 1, input: 3, variance: "fixed")) {
      try DiffusionChain(denoiser: RippleDenoiser(outputChannels: 1), plan: plan, seed: 0)
    }
    var learned = NoiseSchedule.reference
    learned.variance = .learnedRange
    let learnedPlan = try SamplerPlan(schedule: learned, sampler: .ddpm, noiseSteps: 5)
    #expect(throws: DiffusionError.channels(output: 3, input: 3, variance: "learned_range")) {
      try DiffusionChain(denoiser: RippleDenoiser(), plan: learnedPlan, seed: 0)
    }
  }
}

/// Tells when the network is called.
private struct ProbedDenoiser: Denoiser {
  var base: any Denoiser
  var willPredict: () -> Void
  var imageChannels: Int { base.imageChannels }
  var outputChannels: Int { base.outputChannels }

  func predict(_ sample: Tensor, timestep: Float) -> Tensor {
    willPredict()
    return base.predict(sample, timestep: timestep)
  }
}

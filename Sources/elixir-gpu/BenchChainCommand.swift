import ArgumentParser
import Autograd
import Benchmarking
import ComputeBackend
import Diffusion
import Models
import Purification
import Support

/// `elixir-gpu bench chain`: the speed of whole rounds of purification.
struct BenchChainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "chain",
    abstract: "Times a whole round of purification: forward noise and all reverse steps.",
    discussion: """
      The median of rounds over --seconds (at least three), after two to warm up. Each image goes \
      through the network once for each step of the sampler. Pool misses are allocations of device \
      memory after these two; there should be none.

      Examples:
        elixir-gpu bench chain ddpm-cifar10-32 --batch 8
        elixir-gpu bench chain Benchmarks/configurations/unet-64-128-128/config.json \\
          --sampler ddpm --noise-steps 50 --device opencl --json
      """)

  @Argument(help: "A diffusers folder, or a config.json for random weights.")
  var model: String

  @Option(help: "Images that go through the denoiser at once.")
  var batch = 8

  @Option(help: "Noise added each time, in steps of the linear schedule with 1000 steps.")
  var noiseSteps = 150

  @OptionGroup var sampling: SamplerArguments

  @OptionGroup var measurement: BenchArguments

  func validate() throws {
    for (name, value) in [("--batch", batch), ("--noise-steps", noiseSteps)] where value < 1 {
      throw ValidationError("\(name) \(value): use at least 1.")
    }
  }

  func run() throws {
    let backend = try measurement.device.makeBackend()
    let (network, schedule) = try MeasuredNetwork.denoiserAndSchedule(model, on: backend)
    let plan = try sampling.plan(schedule, noiseSteps: noiseSteps)
    let chain = try DiffusionChain(denoiser: network, plan: plan, seed: 0)
    let size = network.measuredSize
    let images = Tensor.zeros(
      [batch, size.height, size.width, network.imageChannels], on: backend)
    let streams = NoiseStreams(
      IndexTensor((0..<Int32(batch)).map { $0 }, shape: [batch], on: backend))
    func round() throws {
      _ = try chain.purify(images, streams: streams)
      try backend.synchronize()
    }
    // Two rounds to warm up: the first fills the pool, in the second it settles which storage
    // serves which request.
    try round()
    let timing = try Timing.ofRuns(
      seconds: measurement.seconds, afterWarmUp: { backend.pool.resetCounts() }, round)
    let misses = backend.pool.statistics.misses
    let median = timing.median
    let calls = plan.steps.count
    let flops = calls * network.flops(batch: batch, height: size.height, width: size.width)
    try report(
      Result(
        imagesPerSecond: Double(batch) / median, networkCallsPerSecond: Double(calls) / median,
        gflops: Double(flops) / median / 1e9, medianMilliseconds: median * 1e3,
        poolMisses: misses, peakMemoryMiB: ProcessUsage.peakMemoryMiB(), batch: batch,
        networkCalls: calls, sampler: plan.sampler.description, noiseSteps: noiseSteps,
        rounds: timing.figures.count, weights: network.weightCount, device: backend.description))
  }

  struct Result: Encodable {
    /// Images through a whole round.
    var imagesPerSecond: Double
    /// Calls with a whole batch.
    var networkCallsPerSecond: Double
    var gflops: Double
    /// Of a round.
    var medianMilliseconds: Double
    /// Allocations of device memory after the first round.
    var poolMisses: Int
    /// Of the process, from the start.
    var peakMemoryMiB: Double
    var batch: Int
    /// In each round.
    var networkCalls: Int
    var sampler: String
    var noiseSteps: Int
    var rounds: Int
    var weights: Int
    var device: DeviceDescription
  }

  private func report(_ result: Result) throws {
    if measurement.json { return print(try JSONText.indented(result)) }
    print("\(result.device.label), \(result.device.driver)")
    print(
      "\(result.sampler), \(result.noiseSteps) noise steps in \(result.networkCalls) calls, "
        + "batch \(batch): \(NumberFormat.text(result.imagesPerSecond, digits: 2)) images/s, "
        + "\(NumberFormat.text(result.networkCallsPerSecond, digits: 2)) network calls/s, "
        + "\(NumberFormat.text(result.gflops)) GFLOP/s, \(result.poolMisses) pool misses, "
        + "\(NumberFormat.text(result.peakMemoryMiB, digits: 0)) MiB")
  }
}

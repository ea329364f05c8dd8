import ArgumentParser
import Autograd
import ComputeBackend
import Diffusion
import Foundation
import Models

/// `elixir-gpu bench denoiser`: the speed of one reverse step.
struct BenchDenoiserCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "denoiser",
    abstract: "Times one reverse step: the network and the sampler's step.",
    discussion: """
      The median over --seconds, after warming up. The peak it is compared with is the fastest of \
      repeated products of 1024×1024 matrices on the same device, measured before; Winograd's \
      algorithm, counted as the direct one, may pass it.

      Examples:
        elixir-gpu bench denoiser ddpm-cifar10-32 --batch 8
        elixir-gpu bench denoiser Benchmarks/configurations/ddpm-cifar10-32/config.json --json
      """)

  @Argument(help: "A diffusers folder, or a config.json for random weights.")
  var model: String

  @Option(help: "Images in each step.")
  var batch = 8

  @Option(help: "How long to measure.")
  var seconds = 10.0

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var device: DeviceArguments

  func validate() throws {
    if batch < 1 { throw ValidationError("--batch \(batch): use at least 1.") }
    if !(seconds > 0) { throw ValidationError("--seconds \(seconds): use more than 0.") }
  }

  func run() throws {
    let backend = try device.makeBackend()
    let network = try loadNetwork(on: backend)
    let configuration = network.configuration
    let size = configuration.sampleSize ?? .init(height: 32, width: 32)
    let shape = [batch, size.height, size.width, configuration.inputChannels]
    let step = try makeStep(network, shape: shape, on: backend)
    _ = try step()
    let first = Measurement.secondsSinceStart()
    let peak = try MatrixPeak.measure(on: backend)
    let times = try Measurement.repeated(seconds: seconds, step)
    let median = times.sorted()[times.count / 2]
    let flops = network.flops(batch: batch, height: size.height, width: size.width)
    let result = Result(
      imagesPerSecond: Double(batch) / median, gflops: Double(flops) / median / 1e9,
      peakFraction: Double(flops) / median / peak, peakGflops: peak / 1e9,
      peakSource: MatrixPeak.source, peakMemoryMiB: Measurement.peakMemoryMiB(), batch: batch,
      steps: times.count, startToFirstStepSeconds: first, medianMilliseconds: median * 1e3,
      weights: network.weightCount, device: backend.description)
    try report(result)
  }

  struct Result: Encodable {
    var imagesPerSecond: Double
    var gflops: Double
    /// Of `peakGflops`.
    var peakFraction: Double
    var peakGflops: Double
    var peakSource: String
    /// Of the process, from the start.
    var peakMemoryMiB: Double
    var batch: Int
    var steps: Int
    /// From the start of the process: loading, weights, two steps of a chain.
    var startToFirstStepSeconds: Double?
    var medianMilliseconds: Double
    var weights: Int
    var device: DeviceDescription
  }

  private func loadNetwork(on backend: any ComputeBackend) throws -> UNet2DModel {
    let url = URL(fileURLWithPath: model)
    guard url.pathExtension == "json" else { return try UNet2DModel.load(url, on: backend) }
    return UNet2DModel(try UNet2DConfiguration(url), seed: 0, on: backend)
  }

  /// What takes a reverse step and returns its seconds (the mean of two, as chains go on to a last
  /// one).
  private func makeStep(
    _ network: UNet2DModel, shape: [Int], on backend: any ComputeBackend
  ) throws -> () throws -> Double {
    var schedule = NoiseSchedule.reference
    if network.outputChannels > network.imageChannels { schedule.variance = .learnedRange }
    let plan = try SamplerPlan(schedule: schedule, sampler: .ddpm, timesteps: [149, 148])
    let chain = try DiffusionChain(denoiser: network, plan: plan, seed: 0)
    let streams = IndexTensor((0..<Int32(batch)).map { $0 }, shape: [batch], on: backend)
    let images = Tensor.zeros(shape, on: backend)
    let clock = ContinuousClock()
    return {
      let start = clock.now
      _ = try chain.purify(images, streams: streams, round: 0)
      try backend.synchronize()
      return (clock.now - start) / .seconds(2)
    }
  }

  private func report(_ result: Result) throws {
    if json { return print(try Measurement.json(result)) }
    func text(_ value: Double, _ digits: Int = 1) -> String {
      Measurement.text(value, digits: digits)
    }
    print("\(result.device.label), \(result.device.driver)")
    print(
      "batch \(batch): \(text(result.imagesPerSecond, 2)) images/s, \(text(result.gflops)) GFLOP/s, "
        + "\(text(100 * result.peakFraction)) % of \(text(result.peakGflops)) "
        + "(\(result.peakSource)), \(text(result.peakMemoryMiB, 0)) MiB, first step after "
        + "\(result.startToFirstStepSeconds.map { text($0, 2) } ?? "?") s")
  }
}

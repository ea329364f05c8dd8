import ArgumentParser
import Benchmarking
import ComputeBackend
import Models
import Support

/// `elixir-gpu bench denoiser`: the speed of one reverse step.
struct BenchDenoiserCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "denoiser",
    abstract: "Times one reverse step: the network and the sampler's step.",
    discussion: """
      The median over --seconds, after warming up. The peak it is compared with is the fastest of \
      repeated loops of fp32 multiply-adds on the same device, measured before; Winograd's \
      algorithm, counted as the direct one, may pass it, and so may --precision bf16.

      Examples:
        elixir-gpu bench denoiser ddpm-cifar10-32 --batch 8
        elixir-gpu bench denoiser Benchmarks/configurations/ddpm-cifar10-32/config.json --json
      """)

  @Argument(help: "A diffusers folder, or a config.json for random weights.")
  var model: String

  @Option(help: "Images in each step.")
  var batch = 8

  @OptionGroup var measurement: BenchArguments

  func validate() throws {
    if batch < 1 { throw ValidationError("--batch \(batch): use at least 1.") }
  }

  func run() throws {
    let backend = try measurement.device.makeBackend()
    let network = try MeasuredNetwork.denoiser(model, on: backend)
    let step = try DenoiserStep(network, batch: batch, on: backend)
    _ = try step.run()
    let first = ProcessUsage.secondsSinceStart()
    let peak = try DevicePeak.arithmetic(of: backend)
    let timing = try Timing.repeated(seconds: measurement.seconds, step.run)
    let median = timing.median
    let rate = Double(step.flops) / median
    let result = Result(
      imagesPerSecond: Double(batch) / median, gflops: rate / 1e9, peakFraction: rate / peak,
      peakGflops: peak / 1e9, peakSource: DevicePeak.arithmeticSource,
      peakMemoryMiB: ProcessUsage.peakMemoryMiB(), batch: batch, steps: timing.figures.count,
      startToFirstStepSeconds: first, medianMilliseconds: median * 1e3,
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

  private func report(_ result: Result) throws {
    if measurement.json { return print(try JSONText.indented(result)) }
    func text(_ value: Double, _ digits: Int = 1) -> String {
      NumberFormat.text(value, digits: digits)
    }
    print("\(result.device.label), \(result.device.driver)")
    print(
      "batch \(batch): \(text(result.imagesPerSecond, 2)) images/s, "
        + "\(text(result.gflops)) GFLOP/s, "
        + "\(text(100 * result.peakFraction)) % of \(text(result.peakGflops)) "
        + "(\(result.peakSource)), \(text(result.peakMemoryMiB, 0)) MiB, first step after "
        + "\(result.startToFirstStepSeconds.map { text($0, 2) } ?? "?") s")
  }
}

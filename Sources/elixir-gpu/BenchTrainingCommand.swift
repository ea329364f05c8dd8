import ArgumentParser
import Benchmarking
import ComputeBackend
import Models
import Support

/// `elixir-gpu bench training`: the speed of one training step.
struct BenchTrainingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "training",
    abstract: "Times one training step: forward, backward and the optimiser.",
    discussion: """
      The work is a denoiser's config.json (squared error, Adam), a classifier (32×32 images, \
      cross entropy, SGD with momentum), `critic` (512 features, 512 hidden units, the \
      Wasserstein loss with gradient penalty, Adam) or `restoration` (PD-AutoR's four networks, \
      32×32 images, Adam). Weights and data are random.

      Examples:
        elixir-gpu bench training Benchmarks/configurations/unet-64-128-128/config.json --batch 64
        elixir-gpu bench training preact_resnet18 --batch 128
        elixir-gpu bench training critic --batch 256 --device opencl
      """)

  @Argument(
    help: """
      A denoiser's config.json, critic, restoration, or one of \
      \(MeasuredNetwork.architectures.joined(separator: ", ")).
      """)
  var work: String

  @Option(help: "Samples in each step.")
  var batch = 64

  @OptionGroup var measurement: BenchArguments

  func validate() throws {
    if batch < 2 { throw ValidationError("--batch \(batch): use at least 2.") }
    let architectures = MeasuredNetwork.architectures
    guard work.hasSuffix(".json") || (["critic", "restoration"] + architectures).contains(work)
    else {
      let names = architectures.joined(separator: ", ")
      throw ValidationError("\(work): use a config.json, critic, restoration, or one of \(names).")
    }
  }

  func run() throws {
    let backend = try measurement.device.makeBackend()
    let step = try makeStep(on: backend)
    let timing = try Timing.ofRuns(seconds: measurement.seconds, step.run)
    let median = timing.median
    let result = Result(
      samplesPerSecond: Double(batch) / median, stepsPerSecond: 1 / median,
      medianMilliseconds: median * 1e3, peakMemoryMiB: ProcessUsage.peakMemoryMiB(), batch: batch,
      steps: timing.figures.count, weights: step.weights, device: backend.description)
    if measurement.json { return print(try JSONText.indented(result)) }
    print("\(result.device.label), \(result.device.driver)")
    print(
      "\(work), batch \(batch): "
        + "\(NumberFormat.text(result.medianMilliseconds, digits: 2)) ms a step, "
        + "\(NumberFormat.text(result.samplesPerSecond)) samples/s, "
        + "\(NumberFormat.text(result.peakMemoryMiB, digits: 0)) MiB")
  }

  struct Result: Encodable {
    var samplesPerSecond: Double
    var stepsPerSecond: Double
    var medianMilliseconds: Double
    /// Of the process, from the start.
    var peakMemoryMiB: Double
    var batch: Int
    var steps: Int
    var weights: Int
    var device: DeviceDescription
  }

  private func makeStep(on backend: any ComputeBackend) throws -> TrainingStep {
    if work == "critic" { return try .critic(batch: batch, on: backend) }
    if work == "restoration" { return try .restoration(batch: batch, on: backend) }
    if MeasuredNetwork.architectures.contains(work) {
      return .classifier(
        try MeasuredNetwork.classifier(work, on: backend), batch: batch, on: backend)
    }
    return .denoiser(try MeasuredNetwork.denoiser(work, on: backend), batch: batch, on: backend)
  }
}

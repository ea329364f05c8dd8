import ArgumentParser
import ComputeBackend
import Foundation
import Models

/// `elixir-gpu bench training`: the speed of one training step.
struct BenchTrainingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "training",
    abstract: "Times one training step: forward, backward and the optimiser.",
    discussion: """
      The work is a denoiser's config.json (squared error, Adam), a classifier (32×32 images, cross \
      entropy, SGD with momentum) or `critic`: 512 features, 256 hidden units, the Wasserstein loss \
      with gradient penalty, Adam. Weights and data are random.

      Examples:
        elixir-gpu bench training Benchmarks/configurations/unet-64-128-128/config.json --batch 64
        elixir-gpu bench training preact_resnet18 --batch 128
        elixir-gpu bench training critic --batch 256 --device opencl
      """)

  @Argument(
    help: "A denoiser's config.json, critic, or one of \(architectures.joined(separator: ", ")).")
  var work: String

  @Option(help: "Samples in each step.")
  var batch = 64

  @Option(help: "How long to measure.")
  var seconds = 10.0

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var device: DeviceArguments

  private static let architectures = ClassifierConfiguration.Architecture.allCases.map(\.rawValue)

  func validate() throws {
    if batch < 2 { throw ValidationError("--batch \(batch): use at least 2.") }
    if !(seconds > 0) { throw ValidationError("--seconds \(seconds): use more than 0.") }
    guard work.hasSuffix(".json") || (["critic"] + Self.architectures).contains(work) else {
      let names = Self.architectures.joined(separator: ", ")
      throw ValidationError("\(work): use a config.json, critic, or one of \(names).")
    }
  }

  func run() throws {
    let backend = try device.makeBackend()
    let step = try makeStep(on: backend)
    let clock = ContinuousClock()
    let times = try Measurement.repeated(seconds: seconds) {
      let start = clock.now
      try step.run()
      return (clock.now - start) / .seconds(1)
    }
    let median = times.sorted()[times.count / 2]
    let result = Result(
      samplesPerSecond: Double(batch) / median, stepsPerSecond: 1 / median,
      medianMilliseconds: median * 1e3, peakMemoryMiB: Measurement.peakMemoryMiB(), batch: batch,
      steps: times.count, weights: step.weights, device: backend.description)
    if json { return print(try Measurement.json(result)) }
    print("\(result.device.label), \(result.device.driver)")
    print(
      "\(work), batch \(batch): \(Measurement.text(result.medianMilliseconds, digits: 2)) ms a step, "
        + "\(Measurement.text(result.samplesPerSecond)) samples/s, "
        + "\(Measurement.text(result.peakMemoryMiB, digits: 0)) MiB")
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
    if work == "critic" { return .critic(batch: batch, on: backend) }
    if let architecture = ClassifierConfiguration.Architecture(rawValue: work) {
      let configuration = ClassifierConfiguration(
        architecture, classes: 10, inputChannels: 3, width: nil, imageSize: 32)
      return .classifier(
        ClassifierFile.random(configuration, seed: 0, on: backend), batch: batch, on: backend)
    }
    let configuration = try UNet2DConfiguration(URL(fileURLWithPath: work))
    return .denoiser(UNet2DModel(configuration, seed: 0, on: backend), batch: batch, on: backend)
  }
}

import ArgumentParser
import Autograd
import Benchmarking
import ComputeBackend
import Foundation
import Models
import Support

/// `elixir-gpu bench classifier`: the speed of a classifier's inference.
struct BenchClassifierCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "classifier",
    abstract: "Times the inference of a classifier.",
    discussion: """
      The median over --seconds, after warming up, of the network as a purification runs it: its \
      normalisations are folded into the convolutions.

      Examples:
        elixir-gpu bench classifier preact_resnet18 --batch 128
        elixir-gpu bench classifier resnet20-cifar10.safetensors --device opencl --json
      """)

  @Argument(
    help: """
      A file of a classifier's weights, or for random weights one of \
      \(MeasuredNetwork.architectures.joined(separator: ", ")).
      """)
  var model: String

  @Option(help: "Images at once.")
  var batch = 128

  @OptionGroup var measurement: BenchArguments

  func validate() throws {
    if batch < 1 { throw ValidationError("--batch \(batch): use at least 1.") }
    guard model.contains(".") || MeasuredNetwork.architectures.contains(model) else {
      let names = MeasuredNetwork.architectures.joined(separator: ", ")
      throw ValidationError("\(model): use a file of weights or one of \(names).")
    }
  }

  func run() throws {
    let backend = try measurement.device.makeBackend()
    let network = try MeasuredNetwork.classifier(model, on: backend).inferenceCopy()
    let configuration = network.configuration
    let size = configuration.imageSize
    let images = Tensor.zeros([batch, size, size, configuration.inputChannels], on: backend)
    let timing = try Timing.ofRuns(seconds: measurement.seconds) {
      withoutGradient { _ = network.logits(images) }
      try backend.synchronize()
    }
    let median = timing.median
    let result = Result(
      imagesPerSecond: Double(batch) / median, medianMilliseconds: median * 1e3,
      peakMemoryMiB: ProcessUsage.peakMemoryMiB(), batch: batch, runs: timing.figures.count,
      architecture: configuration.architecture.rawValue, imageSize: size,
      device: backend.description)
    if measurement.json { return print(try JSONText.indented(result)) }
    print("\(result.device.label), \(result.device.driver)")
    print(
      "\(result.architecture), \(size)×\(size), batch \(batch): "
        + "\(NumberFormat.text(result.medianMilliseconds, digits: 2)) ms, "
        + "\(NumberFormat.text(result.imagesPerSecond)) images/s, "
        + "\(NumberFormat.text(result.peakMemoryMiB, digits: 0)) MiB")
  }

  struct Result: Encodable {
    var imagesPerSecond: Double
    var medianMilliseconds: Double
    /// Of the process, from the start.
    var peakMemoryMiB: Double
    var batch: Int
    var runs: Int
    var architecture: String
    /// Pixels of a side.
    var imageSize: Int
    var device: DeviceDescription
  }
}

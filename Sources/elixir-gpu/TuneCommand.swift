import ArgumentParser
import Autograd
import Benchmarking
import ComputeBackend
import ConvolutionAlgorithms
import Devices
import Foundation
import Models
import Support

/// `elixir-gpu tune`: measures how kernels are best laid out on an OpenCL device, and which
/// convolution algorithms are fastest on any.
struct TuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune",
    abstract: "Measures the fastest kernels for a network on a device.",
    discussion: """
      On an OpenCL device first the layout of the kernels: tiles, work-groups, how deep sums are \
      split; then on every device the algorithm of each convolution. \
      The choices are kept in $XDG_CACHE_HOME/elixir-gpu (~/.cache by default) and used by all \
      later runs on this device; without them a table and a rule choose. Other choices round \
      differently: results repeat bit for bit only under the same choices.

      Examples:
        elixir-gpu tune ddpm-cifar10-32 --device cpu
        elixir-gpu tune ddpm-cifar10-32 --device opencl --batch 128
        elixir-gpu tune denoiser --training --batch 32
        elixir-gpu tune --reset
      """)

  @Argument(help: "A diffusers folder, a denoiser's config.json, or a classifier's file.")
  var model: String?

  @Option(help: "Images in each step.")
  var batch = 8

  @Option(help: "Seconds for each measurement.")
  var seconds = 0.1

  @Flag(help: "Measure the gradients of a training as well.")
  var training = false

  @Flag(help: "Forget what was measured on this device.")
  var reset = false

  @OptionGroup var device: DeviceArguments

  func validate() throws {
    if (model == nil) != reset { throw ValidationError("Give either a model or --reset.") }
    if batch < 1 { throw ValidationError("--batch \(batch): use at least 1.") }
    if !(seconds > 0) { throw ValidationError("--seconds \(seconds): use more than 0.") }
  }

  func run() throws {
    let recorder = ConvolutionRecorder()
    let backend = try device.makeBackend(convolutions: .recording(recorder))
    guard let file = TuningFile(for: backend.description) else {
      throw ValidationError("Neither XDG_CACHE_HOME nor HOME is a folder to keep measurements in.")
    }
    guard let model else {
      try file.delete()
      let device = backend.description.identifier
      return print("Forgot what was measured on \(device): \(file.url.path)")
    }
    _ = try makeStep(model, on: backend)()
    print(backend.description.label)
    let layout = try tuneLayout(model, on: backend)
    print("milliseconds by algorithm, batch \(batch)")
    let algorithms = ConvolutionAlgorithm.allCases
    let timers = try algorithms.map {
      OperationTimer(on: try device.makeBackend(convolutions: .always($0), layout: layout))
    }
    var entries: [ConvolutionTable.Entry] = []
    for item in recorder.items {
      let operation = DeviceOperation.convolution(item.geometry, item.operation)
      let times = try timers.map { try $0.timing(of: operation, seconds: seconds).median }
      let best = times.indices.min { times[$0] < times[$1] } ?? 0
      entries.append(.init(key: .init(item.geometry, item.operation), algorithm: algorithms[best]))
      print(line(item, zip(algorithms, times).map { ($0, $1) }, best: algorithms[best]))
    }
    // A damaged file is replaced, and algorithms that were measured under another layout.
    let earlier = (try? file.load()) ?? TuningMeasurements()
    let kept = earlier.layout == layout ? earlier.convolutions.entries : []
    try file.save(
      TuningMeasurements(convolutions: ConvolutionTable(kept + entries), layout: layout))
    print("\(entries.count) choices written to \(file.url.path)")
  }

  /// The fastest layout of a device's kernels, by the time of whole steps; `nil` where it is fixed.
  private func tuneLayout(_ model: String, on backend: any ComputeBackend) throws -> DeviceLayout? {
    guard var best = Devices.layout(of: backend) else { return nil }
    func step(_ layout: DeviceLayout) throws -> () throws -> Double {
      try makeStep(
        model, on: try device.makeBackend(convolutions: .rule, layout: layout), timed: true)
    }
    var bestStep = try step(best)
    print("milliseconds of a step by layout, batch \(batch)")
    print("  \(best): \(NumberFormat.text(try bestStep() * 1e3, digits: 2)), as shipped")
    func alternatives() -> [[DeviceLayout]] { Devices.alternatives(to: best, on: backend) }
    for number in alternatives().indices {
      // What is fastest so far has changed; its alternatives in this step are those to try.
      for layout in alternatives()[number] {
        let other = try step(layout)
        // In turn, so that a drift of the machine's speed falls on both.
        let times = try (0..<3).map { _ in (try bestStep(), try other()) }
        let least = (times.map(\.0).min() ?? 0, times.map(\.1).min() ?? 0)
        let ratio = NumberFormat.text(least.1 / least.0, digits: 2)
        print(
          "  \(layout): \(NumberFormat.text(least.1 * 1e3, digits: 2)), \(ratio) of the fastest")
        // A difference below the noise is no reason to leave what was tested.
        if least.1 < 0.97 * least.0 { (best, bestStep) = (layout, other) }
      }
    }
    print("fastest: \(best)")
    return best
  }

  /// What takes a step of the network, or of its training, and returns its seconds: the median of
  /// some runs if `timed`.
  private func makeStep(
    _ path: String, on backend: any ComputeBackend, timed: Bool = false
  ) throws -> () throws -> Double {
    let url = URL(fileURLWithPath: path)
    let step: () throws -> Void
    if url.pathExtension == "safetensors" {
      let network = try ClassifierFile.load(url, on: backend)
      let size = network.configuration.imageSize
      let images = Tensor.zeros(
        [batch, size, size, network.configuration.inputChannels], on: backend)
      let work =
        training ? TrainingStep.classifier(network, batch: max(batch, 2), on: backend) : nil
      step = {
        withoutGradient { _ = network.logits(images) }
        try work?.run()
      }
    } else {
      let network = try MeasuredNetwork.denoiser(path, on: backend)
      let size = network.measuredSize
      let images = Tensor.zeros(
        [batch, size.height, size.width, network.imageChannels], on: backend)
      let work = training ? TrainingStep.denoiser(network, batch: batch, on: backend) : nil
      step = {
        withoutGradient { _ = network(images, timesteps: [10]) }
        try work?.run()
      }
    }
    let clock = ContinuousClock()
    let once = {
      let start = clock.now
      try step()
      try backend.synchronize()
      return (clock.now - start) / .seconds(1)
    }
    guard timed else { return once }
    return {
      try Timing.repeated(seconds: seconds, once).median
    }
  }

  private func line(
    _ item: ConvolutionRecorder.Item, _ times: [(ConvolutionAlgorithm, Double)],
    best: ConvolutionAlgorithm
  ) -> String {
    let g = item.geometry
    let shape = "\(g.inputHeight)×\(g.inputWidth) \(g.inputChannels)→\(g.outputChannels)"
    let figures = times.map {
      "\($0.0.rawValue) \(NumberFormat.text($0.1 * 1e3, digits: 3))"
    }
    let name = item.operation.rawValue
    return "  \(shape), \(name): \(figures.joined(separator: ", ")): \(best.rawValue)"
  }
}

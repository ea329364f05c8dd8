import ArgumentParser
import Autograd
import ComputeBackend
import Devices
import Foundation
import Models

/// `elixir-gpu tune`: measures which convolution algorithms are fastest on a device.
struct TuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune",
    abstract: "Measures the fastest algorithm for each convolution of a network.",
    discussion: """
      The choices are kept in $XDG_CACHE_HOME/elixir-gpu (~/.cache by default) and used by all later \
      runs on this device; without them a rule chooses. Other algorithms round differently: \
      results repeat bit for bit only under the same choices.

      Examples:
        elixir-gpu tune ddpm-cifar10-32 --device cpu
        elixir-gpu tune denoiser --training --batch 32
        elixir-gpu tune --reset
      """)

  @Argument(help: "A diffusers folder, a denoiser's config.json, or a classifier (.safetensors).")
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
    try runOnce(model, on: backend)
    print(backend.description.label)
    print("milliseconds by algorithm, batch \(batch)")
    let algorithms = ConvolutionAlgorithm.allCases
    let backends = try algorithms.map { try device.makeBackend(convolutions: .always($0)) }
    var entries: [ConvolutionTable.Entry] = []
    for item in recorder.items {
      let times = try backends.map {
        try ConvolutionTiming(item, on: $0).seconds(for: seconds)
      }
      let best = times.indices.min { times[$0] < times[$1] } ?? 0
      entries.append(.init(key: .init(item.geometry, item.operation), algorithm: algorithms[best]))
      print(line(item, zip(algorithms, times).map { ($0, $1) }, best: algorithms[best]))
    }
    // A damaged file is replaced.
    let earlier = (try? file.load())??.entries ?? []
    try file.save(ConvolutionTable(earlier + entries))
    print("\(entries.count) choices written to \(file.url.path)")
  }

  private func runOnce(_ path: String, on backend: any ComputeBackend) throws {
    let url = URL(fileURLWithPath: path)
    let step: () throws -> Void
    if url.pathExtension == "safetensors" {
      let network = try ClassifierFile.load(url, on: backend)
      let size = network.configuration.imageSize
      let images = Tensor.zeros(
        [batch, size, size, network.configuration.inputChannels], on: backend)
      step = { withoutGradient { _ = network.logits(images) } }
      if training { try TrainingStep.classifier(network, batch: max(batch, 2), on: backend).run() }
    } else {
      let network =
        try url.pathExtension == "json"
        ? UNet2DModel(UNet2DConfiguration(url), seed: 0, on: backend)
        : UNet2DModel.load(url, on: backend)
      let size = network.configuration.sampleSize ?? .init(height: 32, width: 32)
      let images = Tensor.zeros(
        [batch, size.height, size.width, network.configuration.inputChannels], on: backend)
      step = { withoutGradient { _ = network(images, timesteps: [10]) } }
      if training { try TrainingStep.denoiser(network, batch: batch, on: backend).run() }
    }
    try step()
    try backend.synchronize()
  }

  private func line(
    _ item: ConvolutionRecorder.Item, _ times: [(ConvolutionAlgorithm, Double)],
    best: ConvolutionAlgorithm
  ) -> String {
    let g = item.geometry
    let shape = "\(g.inputHeight)×\(g.inputWidth) \(g.inputChannels)→\(g.outputChannels)"
    let figures = times.map {
      "\($0.0.rawValue) \(Measurement.text($0.1 * 1e3, digits: 3))"
    }
    let name = item.operation.rawValue
    return "  \(shape), \(name): \(figures.joined(separator: ", ")): \(best.rawValue)"
  }
}

/// One convolution on random data.
private struct ConvolutionTiming {
  private let item: ConvolutionRecorder.Item
  private let backend: any ComputeBackend
  private let input: BufferSlice
  private let weight: BufferSlice
  private let output: BufferSlice
  /// What drives the data out of the caches, as the rest of a network does between two steps.
  private let other: BufferSlice
  private static let otherCount = 1 << 24

  init(_ item: ConvolutionRecorder.Item, on backend: any ComputeBackend) throws {
    self.item = item
    self.backend = backend
    let slices = [
      item.geometry.inputCount, item.geometry.weightCount, item.geometry.outputCount,
    ].enumerated().map { stream, count in
      let slice = backend.makeBuffer(count: count)[count]
      let values = Philox.row(
        NoiseKey(seed: 0, step: 0, purpose: 0), stream: Int32(stream), count: count, normal: true)
      backend.upload(values, to: slice)
      return slice
    }
    (input, weight, output) = (slices[0], slices[1], slices[2])
    other = backend.makeBuffer(count: Self.otherCount)[Self.otherCount]
    try backend.synchronize()
  }

  /// The median of repeated runs from empty caches; weights are transformed before the first.
  func seconds(for limit: Double) throws -> Double {
    let clock = ContinuousClock()
    let times = try Measurement.repeated(seconds: limit) {
      backend.fill(other, with: 0)
      try backend.synchronize()
      let start = clock.now
      run()
      try backend.synchronize()
      return (clock.now - start) / .seconds(1)
    }
    return times.sorted()[times.count / 2]
  }

  private func run() {
    let geometry = item.geometry
    switch item.operation {
    case .forward:
      backend.convolve(
        geometry, input: input, weight: weight, epilogue: Epilogue(), into: output)
    case .inputGradient:
      backend.convolveInputGradient(
        geometry, outputGradient: output, weight: weight, into: input)
    case .weightGradient:
      backend.convolveWeightGradient(
        geometry, input: input, outputGradient: output, into: weight)
    }
  }
}

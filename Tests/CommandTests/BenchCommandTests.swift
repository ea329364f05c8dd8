import Foundation
import TestSupport
import Testing

/// The commands of `bench`: their figures agree with each other, whatever the machine's speed.
@Suite struct BenchCommandTests {
  private static let network = """
    {"_class_name": "UNet2DModel", "sample_size": 16, "block_out_channels": [16, 16],
     "down_block_types": ["DownBlock2D", "DownBlock2D"], "norm_num_groups": 8,
     "up_block_types": ["UpBlock2D", "UpBlock2D"], "layers_per_block": 1,
     "in_channels": 3, "out_channels": 3}
    """
  static let devices = TestDevices.all.map(\.name)

  /// Runs a command with `--json` in a folder that has `config.json`.
  private func bench<Result: Decodable>(
    _ arguments: String..., on device: String, as type: Result.Type
  ) throws -> Result {
    let folder = try TemporaryFolder()
    try folder.write(Array(Self.network.utf8), to: "config.json")
    let run = try CommandRun(
      ["bench"] + arguments + ["--seconds", "0.001", "--device", device, "--json"],
      in: folder.path)
    try #require(run.exitCode == 0, "\(run.errors)")
    return try JSONDecoder().decode(type, from: Data(run.output.utf8))
  }

  private func expectEqual(
    _ a: Double, _ b: Double, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(abs(a - b) <= 1e-9 * abs(b) && b > 0, sourceLocation: sourceLocation)
  }

  private struct Operations: Decodable {
    struct Machine: Decodable {
      struct Device: Decodable { var identifier: String }
      var processor: String
      var version: String
      var devices: [Device]
    }
    struct Peak: Decodable {
      var gflops: Double
      var gigabytesPerSecond: Double
    }
    struct Row: Decodable {
      var name: String
      var kind: String
      var flops: Int
      var bytes: Int
      var medianMilliseconds: Double
      var gflops: Double
      var gigabytesPerSecond: Double
      var intensity: Double
      var roofFraction: Double
      var runs: Int
    }
    var machine: Machine
    var date: String
    var batch: Int
    var peak: Peak
    var operations: [Row]
  }

  @Test(arguments: devices)
  func operationsAgreeWithTheirRoof(_ device: String) throws {
    let result = try bench(
      "operations", "--batch", "2", "--filter", "Attention", on: device, as: Operations.self)
    #expect(result.machine.devices.map(\.identifier) == [device])
    #expect(!result.machine.processor.isEmpty && result.machine.version.hasPrefix("elixir-gpu "))
    #expect(result.date.count == 10)
    #expect(result.batch == 2)
    #expect(result.peak.gflops.isFinite && result.peak.gflops > 0)
    #expect(result.peak.gigabytesPerSecond.isFinite && result.peak.gigabytesPerSecond > 0)
    #expect(result.operations.count == 6)
    for row in result.operations {
      #expect(row.kind == "attention" && row.runs >= 3)
      let seconds = row.medianMilliseconds / 1e3
      expectEqual(row.gflops * 1e9 * seconds, Double(row.flops))
      expectEqual(row.gigabytesPerSecond * 1e9 * seconds, Double(row.bytes))
      expectEqual(row.intensity, Double(row.flops) / Double(row.bytes))
      let roof = min(result.peak.gflops, row.intensity * result.peak.gigabytesPerSecond)
      expectEqual(row.roofFraction, row.gflops / roof)
    }
  }

  @Test func operationsAreDrawnAndTabled() throws {
    let folder = try TemporaryFolder()
    let run = try CommandRun(
      [
        "bench", "operations", "--device", "cpu", "--seconds", "0.001", "--batch", "1", "--filter",
        "softmax", "--roofline", "roof.svg",
      ], in: folder.path)
    try #require(run.exitCode == 0, "\(run.errors)")
    let rows = run.output.split(separator: "\n").filter { $0.contains("  softmax") }
    #expect(rows.count == 2)
    let picture = String(decoding: try folder.read("roof.svg"), as: UTF8.self)
    #expect(picture.hasPrefix("<svg ") && picture.hasSuffix("</svg>\n"))
    #expect(picture.components(separatedBy: "<g class=\"point\">").count == 3)
    // Nothing but the picture is left behind.
    #expect(try folder.entries() == ["roof.svg"])
  }

  private struct Chain: Decodable {
    var imagesPerSecond: Double
    var networkCallsPerSecond: Double
    var gflops: Double
    var medianMilliseconds: Double
    var poolMisses: Int
    var peakMemoryMiB: Double
    var batch: Int
    var networkCalls: Int
    var rounds: Int
  }

  @Test(arguments: devices)
  func chainsAllocateNothingAfterTheFirstRound(_ device: String) throws {
    for sampler in ["ddim", "dpm++", "ddpm"] {
      let result = try bench(
        "chain", "config.json", "--batch", "3", "--noise-steps", "12", "--sampler", sampler,
        "--sampler-steps", "4", on: device, as: Chain.self)
      #expect(result.poolMisses == 0, "\(sampler)")
      #expect(result.networkCalls == 4 && result.batch == 3 && result.rounds >= 3)
      expectEqual(result.imagesPerSecond * result.medianMilliseconds, 3 * 1e3)
      expectEqual(result.networkCallsPerSecond * result.medianMilliseconds, 4 * 1e3)
      #expect(result.gflops > 0 && result.peakMemoryMiB > 1)
    }
  }

  private struct Classifier: Decodable {
    var imagesPerSecond: Double
    var medianMilliseconds: Double
    var batch: Int
    var architecture: String
    var imageSize: Int
  }

  @Test(arguments: devices)
  func classifiersAreMeasuredByName(_ device: String) throws {
    let result = try bench(
      "classifier", "resnet20", "--batch", "2", on: device, as: Classifier.self)
    #expect(result.architecture == "resnet20" && result.imageSize == 32 && result.batch == 2)
    expectEqual(result.imagesPerSecond * result.medianMilliseconds, 2 * 1e3)
  }

  @Test(.requiresFixtures) func classifiersAreMeasuredFromFiles() throws {
    let file = Fixtures.url("preact18_w16_nofinalbn.safetensors").path
    let result = try bench("classifier", file, "--batch", "2", on: "cpu", as: Classifier.self)
    #expect(result.architecture == "preact_resnet18")
    let run = try CommandRun(["bench", "classifier", "missing.safetensors", "--device", "cpu"])
    #expect(run.errorLine?.contains("missing.safetensors") == true)
  }

  private struct Denoiser: Decodable {
    var imagesPerSecond: Double
    var gflops: Double
    var peakFraction: Double
    var peakGflops: Double
    var peakSource: String
    var medianMilliseconds: Double
  }

  @Test func reverseStepsAreComparedWithMultiplyAdds() throws {
    let result = try bench(
      "denoiser", "config.json", "--batch", "2", on: "cpu", as: Denoiser.self)
    #expect(result.peakSource.contains("multiply-adds"))
    expectEqual(result.peakFraction, result.gflops / result.peakGflops)
    expectEqual(result.imagesPerSecond * result.medianMilliseconds, 2 * 1e3)
  }

  private struct Training: Decodable {
    var samplesPerSecond: Double
    var stepsPerSecond: Double
    var weights: Int
  }

  @Test func trainingStepsAreCounted() throws {
    let result = try bench("training", "critic", "--batch", "4", on: "cpu", as: Training.self)
    expectEqual(result.samplesPerSecond, 4 * result.stepsPerSecond)
    #expect(result.weights == 512 * 512 + 512 + 512 + 1)
  }

  @Test(arguments: [
    ["operations", "--batch", "0"], ["operations", "--seconds", "0"],
    ["operations", "--filter", "fast Fourier"], ["operations", "--roofline", "missing/roof.svg"],
    ["operations", "--device", "abacus"], ["operations", "surplus"], ["chain"],
    ["chain", "config.json", "--batch", "0"], ["chain", "config.json", "--noise-steps", "0"],
    ["chain", "config.json", "--sampler", "euler"], ["chain", "config.json", "--eta", "2"],
    ["chain", "config.json", "--seconds", "-1"], ["classifier", "vgg"],
    ["classifier", "resnet20", "--batch", "0"], ["training", "vgg"],
    ["denoiser", "config.json", "--seconds", "0"],
  ])
  func wrongUseIsAUsageError(_ arguments: [String]) throws {
    let run = try CommandRun(["bench"] + arguments)
    #expect(run.exitCode == 64, "\(run.output) \(run.errors)")
    #expect(run.errors.contains("Usage:"))
  }
}

import Foundation
import Models
import TestSupport
import Testing

/// `tune` and what it leaves to later runs, with a cache folder of its own.
@Suite struct TuneCommandTests {
  private static let network = """
    {"_class_name": "UNet2DModel", "sample_size": 16, "block_out_channels": [16, 16],
     "down_block_types": ["DownBlock2D", "DownBlock2D"], "norm_num_groups": 8,
     "up_block_types": ["UpBlock2D", "UpBlock2D"], "layers_per_block": 1,
     "in_channels": 3, "out_channels": 3}
    """

  @Test func choicesAreKeptUsedAndForgotten() throws {
    let folder = try TemporaryFolder()
    try folder.write(Array(Self.network.utf8), to: "config.json")
    let environment = ["XDG_CACHE_HOME": folder.path + "/cache"]
    func run(_ arguments: String...) throws -> CommandRun {
      try CommandRun(
        arguments + ["--device", "cpu"], in: folder.path, environment: environment)
    }
    let tuned = try run("tune", "config.json", "--seconds", "0.001", "--batch", "2", "--training")
    #expect(tuned.exitCode == 0, "\(tuned.errors)")
    #expect(tuned.output.contains("16×16 16→16, forward: direct "))
    #expect(tuned.output.contains("weightGradient: direct "))
    let names = try folder.entries("cache/elixir-gpu")
    let name = try #require(names.first { $0.hasPrefix("tuning-cpu-") })
    let file = "cache/elixir-gpu/" + name
    let text = String(decoding: try folder.read(file), as: UTF8.self)
    #expect(text.contains("\"algorithm\""))

    let bench = ["bench", "denoiser", "config.json", "--seconds", "0.001", "--batch", "1"]
    func measure() throws -> CommandRun {
      try CommandRun(bench + ["--device", "cpu"], in: folder.path, environment: environment)
    }
    #expect(try measure().exitCode == 0)
    try folder.write(Array(text.utf8.dropLast(20)), to: file)
    let line = try #require(try measure().errorLine)
    #expect(line.contains(name) && line.contains("is damaged; run elixir-gpu tune"))
    // Tuning replaces a damaged file.
    #expect(try run("tune", "config.json", "--seconds", "0.001", "--batch", "1").exitCode == 0)
    #expect(try measure().exitCode == 0)

    #expect(try run("tune", "--reset").exitCode == 0)
    #expect(try !folder.entries("cache/elixir-gpu").contains(name))
    #expect(try run("tune").exitCode == 64)
  }

  private struct Device: Decodable {
    var identifier: String
    var name: String
    var driver: String
  }

  /// Numbers that overflow, or that no device can run.
  @Test(
    .enabled(if: TestDevices.contains("opencl")),
    arguments: [("workersPerUnit", Int.max), ("splitDepth", 0)])
  func aLayoutThatDoesNotFitIsNamed(_ field: String, _ value: Int) throws {
    let folder = try TemporaryFolder()
    let list = try CommandRun(["devices", "--json"])
    let device = try #require(
      JSONDecoder().decode([Device].self, from: Data(list.output.utf8)).first {
        $0.identifier.hasPrefix("opencl")
      })
    let layout: [String: Any] = [
      "style": "cpu", "group": 1, "groupsPerUnit": 0, "winogradElements": 524_288,
      "workersPerUnit": 4, "splitDepth": 256,
      "block": ["rows": 8, "columns": 48, "threadRows": 8, "threadColumns": 48, "depth": 1],
    ].merging([field: value]) { $1 }
    let file: [String: Any] = [
      "version": 2, "device": device.name, "driver": device.driver, "precision": "fp32",
      "convolutions": [Any](), "layout": layout,
    ]
    let name = device.name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
    let path = "elixir-gpu/tuning-opencl-\(String(name).prefix(100)).json"
    try folder.write(Array(try JSONSerialization.data(withJSONObject: file)), to: path)
    let run = try CommandRun(
      [
        "bench", "operations", "--filter", "softmax", "--seconds", "0.001", "--device",
        device.identifier,
      ],
      environment: ["XDG_CACHE_HOME": folder.path])
    let line = try #require(run.errorLine, "\(run)")
    #expect(line.contains(path) && line.contains("tune --reset"))
  }

  /// Gray images of another size and number of classes than CIFAR-10's.
  @Test func trainingsOfAnyClassifierAreTuned() throws {
    let folder = try TemporaryFolder()
    let gray = ClassifierConfiguration(
      .resNet20, classes: 3, inputChannels: 1, width: 4, imageSize: 12)
    try ClassifierFile.save(
      ClassifierFile.random(gray, seed: 1, on: TestDevices.all[0].backend),
      to: folder.url.appendingPathComponent("gray.safetensors"))
    let tuned = try CommandRun(
      [
        "tune", "gray.safetensors", "--training", "--device", "cpu", "--seconds", "0.001",
        "--batch", "2",
      ], in: folder.path, environment: ["XDG_CACHE_HOME": folder.path + "/cache"])
    #expect(tuned.exitCode == 0, "\(tuned.errors)")
    #expect(tuned.output.contains("12×12 4→4, weightGradient: direct "))
  }

  /// On an OpenCL device the layout of the kernels is measured as well.
  @Test(
    .enabled(if: TestDevices.contains("opencl"), "no OpenCL device: install pocl-opencl-icd"))
  func layoutsAreMeasuredAndUsed() throws {
    let folder = try TemporaryFolder()
    try folder.write(Array(Self.network.utf8), to: "config.json")
    try seedPrograms(folder)
    func run(_ arguments: String...) throws -> CommandRun {
      try CommandRun(
        arguments + ["--device", "opencl"], in: folder.path,
        environment: ["XDG_CACHE_HOME": folder.path + "/cache"])
    }
    let tuned = try run("tune", "config.json", "--seconds", "0.001", "--batch", "1")
    #expect(tuned.exitCode == 0, "\(tuned.errors)")
    #expect(tuned.output.contains("milliseconds of a step by layout"))
    #expect(tuned.output.contains("fastest: "))
    let names = try folder.entries("cache/elixir-gpu")
    let file = "cache/elixir-gpu/" + (try #require(names.first { $0.hasPrefix("tuning-opencl-") }))
    let text = String(decoding: try folder.read(file), as: UTF8.self)
    #expect(text.contains("\"layout\"") && text.contains("\"version\" : 2"))

    // The stored layout is what later runs use: one that cannot be is refused.
    let bench = ["bench", "denoiser", "config.json", "--seconds", "0.001", "--batch", "1"]
    func measure() throws -> CommandRun {
      try CommandRun(
        bench + ["--device", "opencl"], in: folder.path,
        environment: ["XDG_CACHE_HOME": folder.path + "/cache"])
    }
    #expect(try measure().exitCode == 0)
    let wrong = text.replacingOccurrences(
      of: #""winogradElements" : \d+"#, with: #""winogradElements" : 0"#,
      options: .regularExpression)
    #expect(wrong != text)
    try folder.write(Array(wrong.utf8), to: file)
    let line = try #require(try measure().errorLine)
    #expect(
      line.contains("a layout that the device cannot run: its numbers must be positive"), "\(line)")
    #expect(line.hasSuffix("or forget it by tune --reset"), "\(line)")
    #expect(try run("tune", "--reset").exitCode == 0)
    #expect(try measure().exitCode == 0)
  }

  /// Copies compiled kernels that other tests left in the user's cache, as compiling takes half a
  /// minute.
  private func seedPrograms(_ folder: TemporaryFolder) throws {
    let environment = ProcessInfo.processInfo.environment
    guard
      let base = environment["XDG_CACHE_HOME"] ?? environment["HOME"].map({ $0 + "/.cache" })
    else { return }
    let path = base + "/elixir-gpu"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    for name in names where !name.hasPrefix("tuning-") {
      guard let bytes = FileManager.default.contents(atPath: path + "/" + name) else { continue }
      try folder.write([UInt8](bytes), to: "cache/elixir-gpu/" + name)
    }
  }
}

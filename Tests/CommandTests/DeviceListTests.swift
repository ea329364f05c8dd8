import Datasets
import Foundation
import TestSupport
import Testing

/// `--device` with several devices, as a user gives it.
@Suite struct DeviceListTests {
  private let folder: TemporaryFolder
  /// The installed PoCL as two devices.
  private static let twoDevices = ["POCL_DEVICES": "pthread pthread"]

  init() throws { folder = try TemporaryFolder() }

  private func purify(_ output: String, on device: String, _ rest: String...) -> [String] {
    [
      "purify", "clean", "--denoiser", "model", "--output", output, "--device", device,
      "--epochs", "1", "--width", "4", "--rounds", "2", "--sampler-steps", "4", "--batch", "8",
    ] + rest
  }

  @Test(.enabled(if: TestDevices.contains("opencl"), "there is no OpenCL device"))
  func twoOpenCLDevicesGiveTheBytesOfOne() throws {
    try Shapes(seed: 4).writeFolder(folder.path + "/clean", training: 60, test: 10)
    let training = try CommandRun(
      [
        "train", "denoiser", "clean", "--channels", "8,8", "--batch", "8", "--device", "cpu",
        "--output", "model", "--steps", "3",
      ], in: folder.path)
    try #require(training.exitCode == 0, "\(training)")
    for (output, device) in [
      ("one", "opencl:0"), ("two", "opencl:0,opencl:1"), ("all", "opencl:*"),
    ] {
      let run = try CommandRun(
        purify(output, on: device), in: folder.path, environment: Self.twoDevices)
      #expect(run.exitCode == 3, "\(run)")
    }
    for name in ["data_batch_1.bin", "purified.csv", "victim.safetensors"] {
      #expect(try folder.read("one/" + name) == folder.read("two/" + name), "\(name)")
      #expect(try folder.read("one/" + name) == folder.read("all/" + name), "\(name)")
    }
    let report = String(decoding: try folder.read("two/report.json"), as: UTF8.self)
    #expect(report.contains("opencl:0: ") && report.contains("; opencl:1: "))
  }

  /// Arguments, and what the single line of the error says.
  @Test(arguments: [
    (["purify", "none", "--output", "out", "--device", "cpu,gpu"], "use auto, cpu, opencl"),
    (
      ["sift", "clean", "--output", "out", "--per-class", "1", "--device", "cpu,opencl"],
      "purify dataelixir and purify mendata share their work among several"
    ),
    (
      ["purify", "random-noise", "clean", "--output", "out", "--device", "cpu,opencl"],
      "this command computes on one device"
    ),
    (["purify", "clean", "--output", "out", "--device", "cpu,cpu"], "cpu is in it twice"),
  ])
  func refusals(arguments: [String], message: String) throws {
    try Shapes(seed: 4).writeFolder(folder.path + "/clean", training: 20, test: 10)
    let run = try CommandRun(arguments, in: folder.path)
    #expect(run.exitCode != 0)
    #expect(run.errors.contains(message), "\(run)")
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/out"))
  }
}

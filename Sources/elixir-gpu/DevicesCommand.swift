import ArgumentParser
import ComputeBackend
import Devices
import Foundation
import Support

/// `elixir-gpu devices`: what there is to compute on.
struct DevicesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices",
    abstract: "Lists the devices, with instruction sets and OpenCL drivers.",
    discussion: """
      The first column is what --device takes.

      Commands that compute test their device before they begin, as --self-test does: they \
      compare products, convolutions, normalizations, random numbers and memory with known \
      answers, and refuse a device that is wrong.

      Examples:
        elixir-gpu devices
        elixir-gpu devices --json
        elixir-gpu devices --self-test
      """)

  @Flag(help: "Print JSON.")
  var json = false

  /// What `Tests/gpu_check.py` compiles.
  @Flag(
    help: ArgumentHelp(
      "Print how each shipped layout compiles the OpenCL kernels, as JSON.", visibility: .hidden))
  var kernelBuilds = false

  @Flag(help: "Test every device; exit code 1 if one computes wrong numbers or fails.")
  var selfTest = false

  func validate() throws {
    if json && selfTest { throw ValidationError("--self-test prints no JSON: leave out --json.") }
  }

  func run() throws {
    if kernelBuilds { return print(try JSONText.indented(Devices.kernelBuilds)) }
    let devices = try Devices.list()
    if json {
      return print(try JSONText.indented(devices))
    }
    var isSound = true
    for device in devices {
      let memory = String(format: "%.1f GiB", Double(device.memory) / 0x1p30)
      print("\(device.identifier): \(device.name)")
      print("  \(device.driver)")
      print("  \(device.units) units, \(memory)")
      guard selfTest else { continue }
      do {
        print("  self-test: passed in \(NumberFormat.text(try secondsOfTest(device), digits: 2)) s")
      } catch {
        isSound = false
        print("  self-test: failed: \(ElixirCommand.line(for: error))")
      }
    }
    for problem in Devices.problems() { print("Note: \(problem).") }
    if !isSound { throw ExitCode.failure }
  }

  private func secondsOfTest(_ device: DeviceDescription) throws -> Double {
    let backend = try Devices.make(device.identifier)
    return try ContinuousClock().measure { try DeviceSelfTest.run(on: backend) } / .seconds(1)
  }
}

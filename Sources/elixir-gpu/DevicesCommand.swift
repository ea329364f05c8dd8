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

      Examples:
        elixir-gpu devices
        elixir-gpu devices --json
      """)

  @Flag(help: "Print JSON.")
  var json = false

  /// What `Tests/gpu_check.py` compiles.
  @Flag(
    help: ArgumentHelp(
      "Print how each shipped layout compiles the OpenCL kernels, as JSON.", visibility: .hidden))
  var kernelBuilds = false

  func run() throws {
    if kernelBuilds { return print(try JSONText.indented(Devices.kernelBuilds)) }
    let devices = try Devices.list()
    if json {
      return print(try JSONText.indented(devices))
    }
    for device in devices {
      let memory = String(format: "%.1f GiB", Double(device.memory) / 0x1p30)
      print("\(device.identifier): \(device.name)")
      print("  \(device.driver)")
      print("  \(device.units) units, \(memory)")
    }
    for problem in Devices.problems() { print("Note: \(problem).") }
  }
}

import ArgumentParser
import Communication
import ComputeBackend
import ConvolutionAlgorithms
import Datasets
import Devices
import Foundation

/// The options that choose a device, shared by all commands that compute.
struct DeviceArguments: ParsableArguments {
  @Option(
    help: "Where to compute: auto, cpu, opencl, opencl:N; for DataElixir and Mendata also a list.")
  var device = "auto"

  @Option(help: "Threads of the CPU device (default: all cores).")
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      "A folder of .cl files to use instead of the built-in kernels.", visibility: .hidden))
  var kernels: String?

  @Option(
    help: "How the CPU device multiplies by weights: fp32, or bf16 (AVX512-BF16, sums in fp32).")
  var precision = Precision.float32

  private static let all = "opencl:*"

  /// More than any machine has.
  private static let mostThreads = 4096

  func validate() throws {
    for word in device.split(separator: ",", omittingEmptySubsequences: false) {
      let parts = word.split(separator: ":", omittingEmptySubsequences: false)
      let index = parts.count == 2 && parts[0] == "opencl" ? Int(parts[1]) : nil
      let isKnown = ["auto", "cpu", "opencl", Self.all].contains(String(word))
      guard isKnown || (index ?? -1) >= 0 else {
        throw ValidationError("--device \(device): use auto, cpu, opencl or opencl:N.")
      }
    }
    if let threads, !(1...Self.mostThreads).contains(threads) {
      throw ValidationError("--threads \(threads): use 1 to \(Self.mostThreads).")
    }
  }

  /// The backends asked for, after their self-tests.
  ///
  /// Throws as `makeBackend` does.
  func makeDevices() throws -> DevicePool {
    let devices = try Devices.makePool(device, options: options())
    for backend in devices.backends { try DeviceSelfTest.run(on: backend) }
    return devices
  }

  /// The backend of a rank, after its self-test: the one of the list that its place among the ranks
  /// of its machine says, where the list is shorter from its beginning again.
  ///
  /// Processors are shared out among these ranks unless whatever started them did so.
  ///
  /// Throws as `makeBackend` does.
  func makeDevice(of ranks: any Communicator) throws -> any ComputeBackend {
    var options = options()
    if threads == nil { options.threads = Self.processors(of: ranks) }
    let names = Devices.choices(in: device)
    let backend = try Devices.make(names[ranks.localRank % names.count], options: options)
    try DeviceSelfTest.run(on: backend)
    return backend
  }

  /// The backend asked for, after its self-test, where only one is used.
  ///
  /// Throws `BackendError` when there is no such device, a kernel cannot be had, or its numbers are
  /// wrong.
  /// - Parameters:
  ///   - convolutions: how convolutions choose their algorithm; `nil` for the tuned way.
  ///   - layout: how OpenCL kernels are laid out; `nil` for the tuned way, or with `convolutions`
  ///     for the table's.
  func makeBackend(
    convolutions: ConvolutionChoice? = nil, layout: DeviceLayout? = nil
  ) throws -> any ComputeBackend {
    guard !device.contains(","), device != Self.all else {
      throw ParameterError(
        "device", device,
        "this command computes on one device; purify dataelixir and purify mendata share their "
          + "work among several")
    }
    let backend = try Devices.make(device, options: options(convolutions, layout))
    // Whoever chooses these measures, and would have to wait for kernels of no use to it.
    if convolutions == nil, layout == nil { try DeviceSelfTest.run(on: backend) }
    return backend
  }

  /// Those that the process is bound to; if it is to none, its share of all.
  private static func processors(of ranks: any Communicator) -> Int {
    let all = ProcessInfo.processInfo.processorCount
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    // A mask in hexadecimal digits, as in `Cpus_allowed:	ff,ffffffff`.
    let mask = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed:") } ?? ""
    let bound = mask.drop { $0 != ":" }.compactMap(\.hexDigitValue)
      .reduce(0) { $0 + $1.nonzeroBitCount }
    return (1..<all).contains(bound) ? bound : max(1, all / ranks.localSize)
  }

  private func options(
    _ convolutions: ConvolutionChoice? = nil, _ layout: DeviceLayout? = nil
  ) -> DeviceOptions {
    DeviceOptions(
      threads: threads, kernelDirectory: kernels, precision: precision,
      convolutions: convolutions, layout: layout)
  }
}

extension Precision: ExpressibleByArgument {}

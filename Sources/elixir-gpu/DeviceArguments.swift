import ArgumentParser
import ComputeBackend
import ConvolutionAlgorithms
import Devices

/// The options that choose a device, shared by all commands that compute.
struct DeviceArguments: ParsableArguments {
  @Option(help: "Where to compute: auto, cpu, opencl or opencl:N.")
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

  /// More than any machine has.
  private static let mostThreads = 4096

  func validate() throws {
    let parts = device.split(separator: ":", omittingEmptySubsequences: false)
    let index = parts.count == 2 && parts[0] == "opencl" ? Int(parts[1]) : nil
    guard ["auto", "cpu", "opencl"].contains(device) || (index ?? -1) >= 0 else {
      throw ValidationError("--device \(device): use auto, cpu, opencl or opencl:N.")
    }
    if let threads, !(1...Self.mostThreads).contains(threads) {
      throw ValidationError("--threads \(threads): use 1 to \(Self.mostThreads).")
    }
  }

  /// The backend asked for, after its self-test.
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
    let backend = try Devices.make(
      device,
      options: DeviceOptions(
        threads: threads, kernelDirectory: kernels, precision: precision,
        convolutions: convolutions, layout: layout))
    // Whoever chooses these measures, and would have to wait for kernels of no use to it.
    if convolutions == nil, layout == nil { try DeviceSelfTest.run(on: backend) }
    return backend
  }
}

extension Precision: ExpressibleByArgument {}

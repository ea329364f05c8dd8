import CPUBackend
import ComputeBackend
import OpenCLBackend

/// Finds devices and makes their backends; the one place above the backends that knows them.
public enum Devices {
  /// Makes the backend that `specification` names: `auto`, `cpu`, `opencl` or `opencl:N`.
  ///
  /// `opencl` is the first OpenCL device; `auto` an OpenCL GPU, or without one the CPU backend, which
  /// is faster than OpenCL on the same processor.
  /// - Throws: `BackendError.noDevice` when there is no such device, `TuningFileError` when its tuning
  ///   file is damaged.
  public static func make(
    _ specification: String, options: DeviceOptions = DeviceOptions()
  ) throws -> any ComputeBackend {
    let parts = specification.split(separator: ":", omittingEmptySubsequences: false)
    switch (parts[0], parts.count) {
    case ("cpu", 1): return try processor(options)
    case ("auto", 1):
      guard let device = OpenCLBackend.firstGPU() else { return try processor(options) }
      return try make(device.identifier, options: options)
    case ("opencl", 1): return try openCL(0, options)
    case ("opencl", 2):
      if let index = Int(parts[1]) { return try openCL(index, options) }
    default: break
    }
    throw BackendError.noDevice(
      requested: specification, advice: "use one of auto, cpu, opencl, opencl:N")
  }

  private static func processor(_ options: DeviceOptions) throws -> CPUBackend {
    let description = try CPUBackend(threads: 1, precision: options.precision).description
    return try CPUBackend(
      threads: options.threads, precision: options.precision,
      convolutions: try convolutions(options, for: description))
  }

  private static func openCL(_ index: Int, _ options: DeviceOptions) throws -> OpenCLBackend {
    guard options.precision == .float32 else {
      throw BackendError.noDevice(
        requested: "opencl:\(index)",
        advice: "--precision \(options.precision.rawValue) is for --device cpu")
    }
    let devices = OpenCLBackend.devices()
    return try OpenCLBackend(
      deviceIndex: index, kernelDirectory: options.kernelDirectory,
      convolutions: devices.indices.contains(index)
        ? try convolutions(options, for: devices[index]) : .rule)
  }

  private static func convolutions(
    _ options: DeviceOptions, for device: DeviceDescription
  ) throws -> ConvolutionChoice {
    if let choice = options.convolutions { return choice }
    return try TuningFile(for: device)?.load().map { .table($0) } ?? .rule
  }

  /// All devices that `make` can have.
  public static func list() throws -> [DeviceDescription] {
    [try CPUBackend().description] + OpenCLBackend.devices()
  }
}

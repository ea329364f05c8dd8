internal import CPUBackend
import ComputeBackend
internal import OpenCLBackend

/// Finds devices and makes their backends; the one place above the backends that knows them.
public enum Devices {
  /// Makes the backend that `specification` names: `auto`, `cpu`, `opencl` or `opencl:N`.
  ///
  /// `opencl` is the first OpenCL device; `auto` an OpenCL GPU, or without one the CPU backend,
  /// which is faster than OpenCL on the same processor.
  /// - Throws: `BackendError.noDevice` when there is no such device, `TuningFileError` when its
  ///   tuning file is damaged.
  public static func make(
    _ specification: String, options: DeviceOptions = DeviceOptions()
  ) throws -> any ComputeBackend {
    let parts = specification.split(separator: ":", omittingEmptySubsequences: false)
    switch (parts[0], parts.count) {
    case ("cpu", 1): return try processor(options)
    case ("auto", 1):
      guard let device = OpenCLBackend.gpus().first else { return try processor(options) }
      return try make(device.identifier, options: options)
    case ("opencl", 1): return try openCL(0, options)
    case ("opencl", 2):
      if let index = Int(parts[1]) { return try openCL(index, options) }
    default: break
    }
    throw BackendError.noDevice(
      requested: specification, advice: "use one of auto, cpu, opencl, opencl:N")
  }

  /// Makes the backends of devices that share work, from a list such as `opencl:0,opencl:1`.
  ///
  /// `opencl:*` stands for all OpenCL devices. The first one has a place of its own, see
  /// `DevicePool`.
  ///
  /// - Throws: as `make` does; `BackendError.noDevice` also for a device that is named twice.
  public static func makePool(
    _ specification: String, options: DeviceOptions = DeviceOptions()
  ) throws -> DevicePool {
    var backends: [any ComputeBackend] = []
    for name in names(in: specification) {
      let backend = try make(name, options: options)
      let identifier = backend.description.identifier
      guard !backends.contains(where: { $0.description.identifier == identifier }) else {
        throw BackendError.noDevice(
          requested: specification, advice: "\(identifier) is in it twice; name it once")
      }
      backends.append(backend)
    }
    return DevicePool(backends)
  }

  /// What processes on one machine choose their devices from, each another: those of a list, for
  /// `auto` all GPUs, or without one the processor.
  ///
  /// - Returns: one or more names as `make` takes them.
  public static func choices(in specification: String) -> [String] {
    guard specification == "auto" else { return names(in: specification) }
    let found = OpenCLBackend.gpus().map(\.identifier)
    return found.isEmpty ? ["cpu"] : found
  }

  private static func names(in specification: String) -> [String] {
    specification.split(separator: ",", omittingEmptySubsequences: false).flatMap { word in
      guard word == "opencl:*" else { return [String(word)] }
      let found = OpenCLBackend.devices().map(\.identifier)
      // Without a device the first one is asked for, which says what to install.
      return found.isEmpty ? ["opencl"] : found
    }
  }

  private static func processor(_ options: DeviceOptions) throws -> any ComputeBackend {
    let description = try CPUBackend(threads: 1, precision: options.precision).description
    let measured = try measurements(options, for: description)
    return ValidatedBackend(
      try CPUBackend(
        threads: options.threads, precision: options.precision,
        convolutions: options.convolutions ?? measured.choice))
  }

  private static func openCL(
    _ index: Int, _ options: DeviceOptions
  ) throws -> any ComputeBackend {
    guard options.precision == .float32 else {
      throw BackendError.noDevice(
        requested: "opencl:\(index)",
        advice: "products in \(options.precision.rawValue) are for the device cpu")
    }
    let devices = OpenCLBackend.devices()
    let measured =
      devices.indices.contains(index)
      ? try measurements(options, for: devices[index]) : TuningMeasurements()
    do {
      return ValidatedBackend(
        try OpenCLBackend(
          deviceIndex: index, kernelDirectory: options.kernelDirectory,
          convolutions: options.convolutions ?? measured.choice,
          layout: (options.layout ?? measured.layout)?.kernels))
    } catch BackendError.unsuitableLayout(let device, let problem) {
      guard options.layout == nil, measured.layout != nil,
        let path = TuningFile(for: devices[index])?.url.path
      else { throw BackendError.unsuitableLayout(device: device, problem: problem) }
      throw TuningFileError.unsuitable(path: path, problem: problem)
    }
  }

  /// What the device's tuning file holds; nothing if the caller chooses the convolution algorithms.
  private static func measurements(
    _ options: DeviceOptions, for device: DeviceDescription
  ) throws -> TuningMeasurements {
    guard options.convolutions == nil else { return TuningMeasurements() }
    return try TuningFile(for: device)?.load() ?? TuningMeasurements()
  }

  /// How a backend's kernels are laid out; `nil` where that is fixed.
  public static func layout(of backend: any ComputeBackend) -> DeviceLayout? {
    openCL(backend).map { DeviceLayout($0.layout) }
  }

  /// What is worth measuring instead of a layout of a backend's kernels: a step for each number;
  /// nothing where the layout is fixed.
  public static func alternatives(
    to layout: DeviceLayout, on backend: any ComputeBackend
  ) -> [[DeviceLayout]] {
    (openCL(backend)?.alternatives(to: layout.kernels) ?? []).map { $0.map { DeviceLayout($0) } }
  }

  private static func openCL(_ backend: any ComputeBackend) -> OpenCLBackend? {
    (backend as? ValidatedBackend<OpenCLBackend>)?.base
  }

  /// All devices that `make` can have.
  public static func list() throws -> [DeviceDescription] {
    [try CPUBackend().description] + OpenCLBackend.devices()
  }

  /// How the shipped layouts compile the OpenCL kernels, as JSON can hold it.
  public static var kernelBuilds: some Encodable & Sendable { KernelBuild.shipped }

  /// Why no other device is listed, or one may be missing: each a clause that says what to do.
  public static func problems() -> [String] { OpenCLBackend.problems() }
}

import COpenCL
import ComputeBackend
import ConvolutionAlgorithms

/// A compute backend on one OpenCL 1.2 device, with kernels compiled at first use.
public final class OpenCLBackend: ComputeBackend {
  public let description: DeviceDescription
  public let pool: BufferPool
  let context: OpenCLContext
  /// Hands out stand-ins when memory is out; any use of one fails.
  let exhausted = BufferPool { OpenCLStorage(capacity: $0, handle: nil) }
  var tuning: DeviceTuning { context.tuning }
  private let convolutions: ConvolutionChoice

  /// Opens a device.
  ///
  /// - Parameters:
  ///   - deviceIndex: position in `devices()`.
  ///   - kernelDirectory: a directory with all `.cl` files, to use instead of the embedded ones.
  ///   - convolutions: how convolutions choose their algorithm.
  ///   - layout: how kernels are laid out; by default as the table says.
  /// - Throws: `BackendError.noDevice`.
  public convenience init(
    deviceIndex: Int = 0, kernelDirectory: String? = nil, convolutions: ConvolutionChoice = .rule,
    layout: KernelLayout? = nil
  ) throws {
    let style = try DeviceTuning.requestedStyle()
    try self.init(
      deviceIndex: deviceIndex, source: KernelSource(directory: kernelDirectory), style: style,
      // What was measured in one style says nothing about the other.
      layout: layout.flatMap { style == nil || style == $0.style ? $0 : nil },
      convolutions: convolutions)
  }

  /// As above, with the kernels' style (by default the device's), source and cache given.
  package init(
    deviceIndex: Int = 0, source: KernelSource = KernelSource(directory: nil),
    style: DeviceTuning.Style?, layout: KernelLayout? = nil, cache: ProgramCache = ProgramCache(),
    convolutions: ConvolutionChoice = .rule
  ) throws {
    self.convolutions = convolutions
    let device = try Self.device(deviceIndex)
    if device.isPoCL, let shortage = PoCLCache().shortage {
      throw BackendError.noDevice(requested: device.description.identifier, advice: shortage)
    }
    let tuning = try DeviceTuning(
      device: device,
      layout: layout ?? KernelLayoutTable.entry(for: device.traits, style: style).layout)
    let context = try OpenCLContext(device: device, tuning: tuning, source: source, cache: cache)
    self.context = context
    description = device.description
    pool = BufferPool { capacity in
      context.allocate(capacity).map { OpenCLStorage(capacity: capacity, handle: $0) }
    }
  }

  private static func device(_ deviceIndex: Int) throws(BackendError) -> OpenCLDevice {
    let devices = OpenCLDevice.all()
    guard devices.indices.contains(deviceIndex) else {
      let found = devices.map { "\($0.description.identifier) (\($0.description.name))" }
      let advice =
        devices.isEmpty
        ? problems().joined(separator: "; ") : "there is " + found.joined(separator: ", ")
      throw BackendError.noDevice(requested: "opencl:\(deviceIndex)", advice: advice)
    }
    return devices[deviceIndex]
  }

  /// How the kernels are laid out.
  public var layout: KernelLayout { tuning.layout }

  /// What is worth measuring instead of a layout of this device: a step for each number.
  public func alternatives(to layout: KernelLayout) -> [[KernelLayout]] {
    KernelLayoutTable.alternatives(to: layout, on: context.device.traits)
  }

  /// All OpenCL devices; empty without an installed platform.
  public static func devices() -> [DeviceDescription] { OpenCLDevice.all().map(\.description) }

  /// Why there is no device, or why one may be missing: each a clause that says what to do.
  public static func problems() -> [String] {
    let platforms = OpenCLPlatform.all()
    guard !platforms.isEmpty else {
      return [
        "no OpenCL platform is installed; install a driver such as pocl-opencl-icd, or use the cpu"
      ]
    }
    return platforms.compactMap(\.problem)
  }

  /// The devices that are GPUs.
  package static func gpus() -> [DeviceDescription] {
    OpenCLDevice.all().filter(\.isGPU).map(\.description)
  }

  /// How one of a convolution's operations is computed.
  func algorithm(
    _ geometry: Conv2DGeometry, _ operation: ConvolutionOperation
  ) -> ConvolutionAlgorithm {
    convolutions.algorithm(geometry, operation)
  }

  /// How often the host has waited for the device.
  package var waits: Int { context.state.withLock { $0.waits } }

  /// The kernels that were launched, as `file.kernel`.
  package var launchedKernels: Set<String> {
    context.state.withLock { Set($0.kernels.keys.map { "\($0.file).\($0.name)" }) }
  }

  /// All kernels of all files, in the same form; compiles them.
  package func allKernels() throws -> Set<String> {
    var names: Set<String> = []
    for file in KernelFile.allCases {
      let found = try context.library.kernelNames(of: file)
      names.formUnion(found.map { "\(file).\($0)" })
    }
    return names
  }

  /// A buffer for intermediate results; it returns to the pool when the caller drops it.
  func temporary(_ count: Int) -> Buffer { makeBuffer(count: max(count, 1)) }
}

import COpenCL
import ComputeBackend

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
  /// - Throws: `BackendError.noDevice`.
  public convenience init(
    deviceIndex: Int = 0, kernelDirectory: String? = nil, convolutions: ConvolutionChoice = .rule
  ) throws {
    try self.init(
      deviceIndex: deviceIndex, source: KernelSource(directory: kernelDirectory),
      style: DeviceTuning.requestedStyle(), cache: ProgramCache(), convolutions: convolutions)
  }

  /// As above, with the kernels' style (by default the device's), source and cache given.
  package init(
    deviceIndex: Int = 0, source: KernelSource = KernelSource(directory: nil),
    style: DeviceTuning.Style?, cache: ProgramCache = ProgramCache(),
    convolutions: ConvolutionChoice = .rule
  ) throws {
    self.convolutions = convolutions
    let devices = OpenCLDevice.all()
    guard devices.indices.contains(deviceIndex) else {
      let advice =
        devices.isEmpty
        ? "no OpenCL platform is installed; install a driver such as pocl-opencl-icd, or use the cpu"
        : "there is "
          + devices.map { "\($0.description.identifier) (\($0.description.name))" }
          .joined(separator: ", ")
      throw BackendError.noDevice(requested: "opencl:\(deviceIndex)", advice: advice)
    }
    let device = devices[deviceIndex]
    let tuning = DeviceTuning(device: device, style: style)
    let context = try OpenCLContext(device: device, tuning: tuning, source: source, cache: cache)
    self.context = context
    description = device.description
    pool = BufferPool { capacity in
      context.allocate(capacity).map { OpenCLStorage(capacity: capacity, handle: $0) }
    }
  }

  /// All OpenCL devices; empty without an installed platform.
  public static func devices() -> [DeviceDescription] { OpenCLDevice.all().map(\.description) }

  /// The first device that is a GPU, if there is one.
  package static func firstGPU() -> DeviceDescription? {
    OpenCLDevice.all().first(where: \.isGPU)?.description
  }

  /// How one of a convolution's operations is computed.
  func algorithm(
    _ geometry: Conv2DGeometry, _ operation: ConvolutionOperation
  ) -> ConvolutionAlgorithm {
    convolutions.algorithm(geometry, operation)
  }

  /// A buffer for intermediate results; it returns to the pool when the caller drops it.
  func temporary(_ count: Int) -> Buffer { makeBuffer(count: max(count, 1)) }
}

/// Stops the program when the operands of an operation disagree.
@inline(__always)
func require(_ operation: StaticString, _ condition: Bool, _ detail: @autoclosure () -> String) {
  precondition(condition, "\(operation): \(detail())")
}

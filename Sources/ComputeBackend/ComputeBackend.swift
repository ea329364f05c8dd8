/// A device that executes tensor operations in the order they are encoded.
///
/// Contract, the same for every backend:
/// - Data are contiguous, images `[N, H, W, C]`, convolution weights `[O, kH, kW, I / groups]`.
/// - The caller owns every output; an operation writes all of `into` (or adds, where it says so).
///   Outputs may not overlap inputs, except that elementwise operations may write in place.
/// - Encoding returns once the work is enqueued. Only `download` and `synchronize` wait.
/// - A failure is sticky: later operations do nothing, and the next waiting call throws it.
/// - Misuse by the programmer (shapes that disagree) stops the program with the operation's name;
///   `ValidatedBackend` sees to it for all backends.
public protocol ComputeBackend: AnyObject, Sendable, MemoryOperations, ElementwiseOperations,
  ReductionOperations, MatrixOperations, ConvolutionOperations, PoolingOperations,
  NormalizationOperations, AttentionOperations, RandomOperations, OptimizerOperations,
  DiffusionOperations, CriticOperations
{
  /// What the user sees: name, driver, units, library core types.
  var description: DeviceDescription { get }
  /// The memory pool behind `makeBuffer`.
  var pool: BufferPool { get }
  /// Floating-point operations of a network's call that keep all units busy: larger batches are not
  /// faster and only take more memory.
  var sufficientFlops: Int { get }
}

extension ComputeBackend {
  /// The larger the better, as on a GPU.
  public var sufficientFlops: Int { .max }
}

/// A device as shown by `elixir-gpu devices` and stamped on every benchmark result.
public struct DeviceDescription: Sendable, Codable, Equatable {
  /// What `Devices.make` takes: `cpu`, `opencl:0`.
  public var identifier: String
  public var name: String
  /// Driver and platform versions, or the BLAS library with its core type.
  public var driver: String
  /// Compute units or threads.
  public var units: Int
  /// Bytes of device memory.
  public var memory: Int
  /// In which numbers it multiplies by weights.
  public var precision: Precision

  public init(
    identifier: String, name: String, driver: String, units: Int, memory: Int,
    precision: Precision = .float32
  ) {
    self.precision = precision
    self.identifier = identifier
    self.name = name
    self.driver = driver
    self.units = units
    self.memory = memory
  }
}

extension DeviceDescription {
  /// One line that says where results come from, such as `cpu: AMD EPYC`.
  public var label: String {
    "\(identifier): \(name)" + (precision == .float32 ? "" : " in \(precision.rawValue)")
  }
}

/// What goes wrong in the environment rather than in the program.
public enum BackendError: Error, Sendable, Equatable, CustomStringConvertible {
  /// No such device; `advice` says what to install or choose.
  case noDevice(requested: String, advice: String)
  /// A kernel that does not compile; `log` names the true file and line.
  case kernelBuild(file: String, log: String)
  /// A kernel file that a named directory lacks.
  case kernelFile(path: String, reason: String)
  /// A layout of kernels, asked for or measured earlier, that the device cannot run.
  case unsuitableLayout(device: String, problem: String)
  case outOfMemory(bytes: Int, device: String)
  /// An operation that failed on the device.
  case execution(operation: String, reason: String)
  /// A device whose numbers are wrong.
  case wrongResult(operation: String, found: Float, expected: Float, device: String)

  /// Whether less at once may be possible.
  public var isOutOfMemory: Bool {
    if case .outOfMemory = self { true } else { false }
  }

  public var description: String {
    switch self {
    case .noDevice(let requested, let advice): "no device '\(requested)': \(advice)"
    case .kernelBuild(let file, let log): "kernel \(file) does not compile:\n\(log)"
    case .kernelFile(let path, let reason): "kernel file \(path): \(reason)"
    case .unsuitableLayout(let device, let problem):
      "the kernels' layout does not fit \(device): \(problem)"
    case .outOfMemory(let bytes, let device):
      "out of memory on \(device): \(bytes) bytes could not be had"
    case .execution(let operation, let reason): "\(operation) failed on the device: \(reason)"
    case .wrongResult(let operation, let found, let expected, let device):
      "\(device) computes wrong numbers: \(operation) gives \(found) for \(expected); update its "
        + "driver, or use another device"
    }
  }
}

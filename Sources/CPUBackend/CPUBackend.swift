import CMicroKernels
import ComputeBackend
import ConvolutionAlgorithms
import Glibc
import Synchronization

/// Executes tensor operations on the processor's vector units, with its own threads.
///
/// Operations run inside the call that encodes them. Results do not depend on the number of
/// threads: how a sum is cut into partial sums is a function of shapes alone.
public final class CPUBackend: ComputeBackend {
  public let description: DeviceDescription
  public let pool: BufferPool
  /// The vector instructions in use.
  public let instructionSet: InstructionSet

  let threads: ThreadPool
  let kernels: Kernels
  var precision: Precision { description.precision }
  private let convolutions: ConvolutionChoice
  private let failure = Mutex<BackendError?>(nil)
  /// Hands out stand-ins when memory is out.
  private let exhausted = BufferPool { _ in CPUStorage() }

  /// - Parameters:
  ///   - threads: how many to use; all cores by default.
  ///   - instructionSet: `$ELIXIR_CPU_ISA` or else the processor's best by default.
  ///   - precision: in which numbers weights are multiplied.
  ///   - convolutions: how convolutions choose their algorithm.
  public init(
    threads: Int? = nil, instructionSet: InstructionSet? = nil,
    precision: Precision = .float32, convolutions: ConvolutionChoice = .rule
  ) throws {
    let set = try instructionSet ?? Self.requestedInstructionSet() ?? .best
    guard set.isSupported else {
      throw BackendError.noDevice(
        requested: "cpu", advice: "this processor has no \(set.rawValue) instructions")
    }
    try precision.check(set)
    let cores = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    let count = threads ?? max(cores, 1)
    guard count > 0 else {
      throw BackendError.noDevice(
        requested: "cpu", advice: "\(count) threads were asked for; use 1 or more")
    }
    self.instructionSet = set
    self.convolutions = convolutions
    self.kernels = Kernels(set)
    self.threads = ThreadPool(threads: count)
    self.pool = BufferPool { CPUStorage(capacity: $0) }
    self.description = DeviceDescription(
      identifier: "cpu", name: Processor.name, driver: Self.driver(set, kernels),
      units: count, memory: sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)),
      precision: precision)
  }

  /// Two threads reach their rate with 8 images of google/ddpm-cifar10-32, 100 GFLOP; 16 are ample.
  public var sufficientFlops: Int { threads.threads * 100_000_000_000 }

  deinit { threads.stop() }

  private static func requestedInstructionSet() throws -> InstructionSet? {
    guard let value = getenv("ELIXIR_CPU_ISA") else { return nil }
    let name = String(cString: value)
    guard let set = InstructionSet(rawValue: name) else {
      let known = InstructionSet.allCases.map(\.rawValue).joined(separator: ", ")
      throw BackendError.noDevice(
        requested: "cpu", advice: "ELIXIR_CPU_ISA is '\(name)'; use one of \(known)")
    }
    return set
  }

  /// The kernels in use, and the BLAS library as it would be used.
  private static func driver(_ set: InstructionSet, _ kernels: Kernels) -> String {
    let use = kernels.isCutSensitive ? "for matrix products" : "only without AVX2"
    return "\(set.rawValue) kernels; \(OpenBLASProducts.description) \(use)"
  }

  /// How one of a convolution's operations is computed.
  func algorithm(
    _ geometry: Conv2DGeometry, _ operation: ConvolutionOperation
  ) -> ConvolutionAlgorithm {
    // The library's products depend, in their last bits, on how many rows they are given.
    if kernels.isCutSensitive { return .direct }
    return convolutions.algorithm(geometry, operation)
  }

  /// False once something failed, until a waiting call has thrown it.
  var isHealthy: Bool { failure.withLock { $0 == nil } }

  func fail(_ error: BackendError) {
    failure.withLock { if $0 == nil { $0 = error } }
  }

  func takeFailure() throws {
    let error = failure.withLock { failure in
      defer { failure = nil }
      return failure
    }
    if let error { throw error }
  }

  /// Memory for an operation's own use.
  func temporary(_ count: Int) -> Buffer { makeBuffer(count: count) }

  public func makeBuffer(count: Int) -> Buffer {
    if let buffer = pool.make(count: count) {
      (buffer.storage as? CPUStorage)?.forget()
      return buffer
    }
    fail(.outOfMemory(bytes: count * 4, device: "cpu"))
    guard let standIn = exhausted.make(count: count) else {
      preconditionFailure("makeBuffer: no stand-in for \(count) elements")
    }
    return standIn
  }
}

import ComputeBackend

/// One operation of a backend on operands of known sizes, with what it costs.
public struct DeviceOperation: Sendable {
  /// What operations are grouped by.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    case convolution
    case inputGradient = "input gradient"
    case weightGradient = "weight gradient"
    case matrixProduct = "matrix product"
    case attention, normalization
    case reduction = "softmax, reduction"
    case elementwise
    case diffusionStep = "diffusion step"
    case optimizerStep = "optimiser step"
  }

  /// Buffers in the order in which an operation names them.
  typealias Encoding =
    @Sendable (
      any ComputeBackend, _ reads: [BufferSlice], _ updates: [BufferSlice], _ writes: [BufferSlice]
    ) -> Void

  public let name: String
  public let kind: Kind
  /// Floating-point operations: a multiply-add counts as two, a function such as the exponential as
  /// one, a convolution as the direct one, drawing random numbers as none.
  public let flops: Int
  /// Elements of the operands that are only read, read and written, only written.
  private let reads: [Int]
  private let updates: [Int]
  private let writes: [Int]
  private let encode: Encoding

  init(
    _ name: String, _ kind: Kind, flops: Int, reads: [Int], updates: [Int] = [],
    writes: [Int] = [], encode: @escaping Encoding
  ) {
    self.name = name
    self.kind = kind
    self.flops = flops
    self.reads = reads
    self.updates = updates
    self.writes = writes
    self.encode = encode
  }

  /// Compulsory traffic: each operand once from or to memory, updated ones both ways.
  public var bytes: Int {
    4 * (reads.reduce(0, +) + 2 * updates.reduce(0, +) + writes.reduce(0, +))
  }

  /// Floating-point operations for each byte.
  public var intensity: Double { Double(flops) / Double(bytes) }

  /// Allocates operands with random numbers in (0, 1), and returns what encodes the operation once.
  public func prepare(on backend: any ComputeBackend) -> () -> Void {
    let stream = backend.makeBuffer(count: 1)[1]
    backend.upload([Int32(0)], to: stream)
    var step: UInt32 = 0
    func random(_ count: Int) -> BufferSlice {
      let slice = backend.makeBuffer(count: count)[count]
      backend.randomUniform(
        NoiseKey(seed: 0, step: step, purpose: .benchmark), streams: stream, rows: 1,
        columns: count, into: slice)
      step += 1
      return slice
    }
    let (read, update) = (reads.map(random), updates.map(random))
    let written = writes.map { backend.makeBuffer(count: $0)[$0] }
    return { encode(backend, read, update, written) }
  }
}

/// Times operations on a device from empty caches, as the rest of a network leaves them.
public struct OperationTimer {
  private let backend: any ComputeBackend
  private let other: BufferSlice
  private let sum: BufferSlice
  /// 64 MiB, more than most processors cache.
  private static let otherCount = 1 << 24

  public init(on backend: any ComputeBackend) {
    self.backend = backend
    other = backend.makeBuffer(count: Self.otherCount)[Self.otherCount]
    sum = backend.makeBuffer(count: 1)[1]
    backend.fill(other, with: 0)
  }

  /// Seconds of repeated runs; weights are transformed before the first.
  public func timing(of operation: DeviceOperation, seconds: Double) throws -> Timing {
    let run = operation.prepare(on: backend)
    return try Timing.repeated(seconds: seconds) {
      // Reading drives data out of the caches and leaves nothing to be written back.
      backend.reduce(
        .sum, other, shape: BlockShape(inner: other.count), keeping: [], scale: 1, into: sum)
      try backend.synchronize()
      return try Timing.secondsTaken {
        run()
        try backend.synchronize()
      }
    }
  }
}

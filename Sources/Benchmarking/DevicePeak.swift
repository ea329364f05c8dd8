import ComputeBackend

/// What a device reaches at most: arithmetic in registers, and copies in its memory.
public struct DevicePeak: Sendable, Equatable {
  /// FLOP/s of multiply-adds of 32-bit floats; a multiply-add counts as two.
  public let flopsPerSecond: Double
  /// Bytes/s of a copy, read and written, of buffers far larger than any cache.
  public let bytesPerSecond: Double

  public init(flopsPerSecond: Double, bytesPerSecond: Double) {
    self.flopsPerSecond = flopsPerSecond
    self.bytesPerSecond = bytesPerSecond
  }

  /// How `flopsPerSecond` is had, in words.
  public static let arithmeticSource = "fp32 multiply-adds in registers"
  /// How `bytesPerSecond` is had, in words.
  public static let bandwidthSource = "copy in memory, read and written"

  /// Measures both, for about two seconds.
  ///
  /// - Throws: `BackendError`, also where the device has no `PeakMeasurement`.
  public static func measure(on backend: any ComputeBackend) throws -> DevicePeak {
    DevicePeak(
      flopsPerSecond: try arithmetic(of: backend), bytesPerSecond: try bandwidth(of: backend))
  }

  /// What operations of this intensity (FLOP for each byte) can reach at most, in FLOP/s.
  public func roof(intensity: Double) -> Double {
    min(flopsPerSecond, intensity * bytesPerSecond)
  }

  /// FLOP/s in the fastest of repeated loops.
  public static func arithmetic(of backend: any ComputeBackend) throws -> Double {
    guard let device = backend as? any PeakMeasurement else {
      throw BackendError.execution(
        operation: "peak", reason: "\(backend.description.label) has no loop to measure it by")
    }
    let elements = device.multiplyAddElements
    let values = device.makeBuffer(count: elements)[elements]
    device.fill(values, with: 0)
    // Towards addend / (1 − factor) = 1: neither tiny nor huge numbers.
    func run(_ count: Int) throws -> Double {
      try Timing.secondsTaken {
        device.repeatMultiplyAdd(values, factor: 0.75, addend: 0.25, count: count)
        try device.synchronize()
      }
    }
    // Long enough that starting and waiting do not count.
    var count = 1024
    while try run(count) < 0.01, count < 1 << 30 { count *= 2 }
    let best = try fastest { try run(count) }
    return 2 * Double(count) * Double(elements) / best
  }

  /// Bytes/s in the fastest of repeated copies.
  public static func bandwidth(of backend: any ComputeBackend) throws -> Double {
    let bytes = min(512 << 20, backend.description.memory / 16)
    let slices = (0..<2).map { _ in backend.makeBuffer(count: bytes / 4)[bytes / 4] }
    for slice in slices { backend.fill(slice, with: 1) }
    try backend.synchronize()
    let best = try fastest {
      try Timing.secondsTaken {
        backend.copy(slices[0], into: slices[1])
        try backend.synchronize()
      }
    }
    return 2 * Double(slices[0].count * 4) / best
  }

  /// The least of the figures of a second: other programs can only slow the device down.
  private static func fastest(_ run: () throws -> Double) throws -> Double {
    let timing = try Timing.repeated(seconds: 1, run)
    return timing.figures.reduce(.infinity, min)
  }
}

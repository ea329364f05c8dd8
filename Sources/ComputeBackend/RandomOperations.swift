/// Names one block of random numbers: the same key gives the same numbers on every backend.
///
/// Row `r` of the output is drawn from stream `streams[r]` (usually the sample's index in the
/// dataset), so a sample's noise does not depend on the batch it is in. See `Philox`.
public struct NoiseKey: Hashable, Sendable {
  public var seed: UInt64
  /// Numbers the draws within a stream, such as round·steps + step.
  public var step: UInt32
  /// Separates uses: noise of the forward process, of the reverse process, of training, ….
  public var purpose: UInt32

  public init(seed: UInt64, step: UInt32, purpose: UInt32) {
    self.seed = seed
    self.step = step
    self.purpose = purpose
  }

  public init(seed: UInt64, step: UInt32 = 0, purpose: RandomPurpose) {
    self.init(seed: seed, step: step, purpose: purpose.rawValue)
  }
}

/// Counter-based random numbers, rows `[rows, columns]`, `streams` Int32 `[rows]`.
public protocol RandomOperations {
  /// Uniform in (0, 1), the bits equal on every backend.
  func randomUniform(_ key: NoiseKey, streams: BufferSlice, rows: Int, columns: Int, into: BufferSlice)
  /// Standard normal by `Philox.normals`; backends agree to 2 units in the last place.
  func randomNormal(_ key: NoiseKey, streams: BufferSlice, rows: Int, columns: Int, into: BufferSlice)
}

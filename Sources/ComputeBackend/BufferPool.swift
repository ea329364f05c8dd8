import Synchronization

/// A cache of device memory by size class, shared by all backends.
///
/// Reuse rule: a request takes a cached storage of exactly its size class, else allocates. Classes
/// are eighths of powers of two, so at most 1/8 of a buffer is unused.
public final class BufferPool: Sendable {
  /// Counts since creation (or the last `resetCounts`), and bytes now.
  public struct Statistics: Sendable, Equatable {
    public var hits = 0
    public var misses = 0
    public var bytesInUse = 0
    public var bytesCached = 0
    public var peakBytesInUse = 0
  }

  private struct State {
    var free: [Int: [any BufferStorage]] = [:]
    var statistics = Statistics()
  }

  private let state = Mutex(State())
  private let allocate: @Sendable (_ capacity: Int) -> (any BufferStorage)?

  /// - Parameter allocate: makes storage for that many 4-byte elements, or `nil` when memory is out.
  public init(allocate: @escaping @Sendable (_ capacity: Int) -> (any BufferStorage)?) {
    self.allocate = allocate
  }

  public var statistics: Statistics { state.withLock { $0.statistics } }

  /// Starts the hit, miss and peak counts anew.
  public func resetCounts() {
    state.withLock {
      $0.statistics.hits = 0
      $0.statistics.misses = 0
      $0.statistics.peakBytesInUse = $0.statistics.bytesInUse
    }
  }

  /// A buffer of at least `count` elements with undefined contents, or `nil` when memory is out.
  public func make(count: Int) -> Buffer? {
    let capacity = Self.sizeClass(count)
    let cached: (any BufferStorage)? = state.withLock { state in
      guard let storage = state.free[capacity]?.popLast() else { return nil }
      state.statistics.hits += 1
      state.statistics.bytesCached -= capacity * 4
      return storage
    }
    var storage = cached
    if storage == nil {
      state.withLock { $0.statistics.misses += 1 }
      storage = allocate(capacity)
      if storage == nil {
        trim()
        storage = allocate(capacity)
      }
    }
    guard let storage else { return nil }
    state.withLock {
      $0.statistics.bytesInUse += capacity * 4
      $0.statistics.peakBytesInUse = max($0.statistics.peakBytesInUse, $0.statistics.bytesInUse)
    }
    return Buffer(capacity: capacity, storage: storage, pool: self)
  }

  /// Gives all cached memory back to the device.
  public func trim() {
    let dropped = state.withLock { state in
      let all = state.free
      state.free = [:]
      state.statistics.bytesCached = 0
      return all
    }
    _ = dropped  // Released outside the lock.
  }

  func recycle(_ storage: any BufferStorage, capacity: Int) {
    state.withLock {
      $0.free[capacity, default: []].append(storage)
      $0.statistics.bytesInUse -= capacity * 4
      $0.statistics.bytesCached += capacity * 4
    }
  }

  /// The smallest class that holds `count` elements.
  static func sizeClass(_ count: Int) -> Int {
    let minimum = 64
    guard count > minimum else { return minimum }
    let power = Int.bitWidth - 1 - (count - 1).leadingZeroBitCount
    let step = max((1 << power) / 8, 16)
    return (count + step - 1) / step * step
  }
}

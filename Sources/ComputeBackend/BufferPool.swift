import Synchronization

/// A cache of device memory by size class, shared by all backends.
///
/// Reuse rule: a request takes the smallest cached storage that holds it and is not more than twice
/// as large, else allocates. New storage has a size class, an eighth of a power of two.
public final class BufferPool: Sendable {
  /// Counts since creation (or the last `resetCounts`), and bytes now.
  public struct Statistics: Sendable, Equatable {
    public var hits = 0
    public var misses = 0
    public var bytesInUse = 0
    public var bytesCached = 0
    public var peakBytesInUse = 0
    /// Bytes that went to the device, and back.
    public var bytesUploaded = 0
    public var bytesDownloaded = 0
  }

  private struct State {
    var free: [Int: [any BufferStorage]] = [:]
    /// Capacities that `free` has storage of, rising.
    var capacities: [Int] = []
    /// Nested calls of `lasting`.
    var lasting = 0
    var limit = Int.max
    var statistics = Statistics()

    /// The place of `capacity` in `capacities`, or where it belongs.
    private func place(_ capacity: Int) -> Int {
      var (low, high) = (0, capacities.count)
      while low < high {
        let middle = (low + high) / 2
        if capacities[middle] < capacity { low = middle + 1 } else { high = middle }
      }
      return low
    }

    /// The best cached storage for `wanted` elements, and its capacity.
    mutating func take(_ wanted: Int) -> (storage: any BufferStorage, capacity: Int)? {
      let place = place(wanted)
      let limit = lasting > 0 ? 1 : 2
      guard place < capacities.count, capacities[place] <= limit * wanted else { return nil }
      let capacity = capacities[place]
      guard let storage = free[capacity]?.popLast() else { return nil }
      if free[capacity]?.isEmpty != false { capacities.remove(at: place) }
      statistics.bytesCached -= capacity * 4
      return (storage, capacity)
    }

    mutating func put(_ storage: any BufferStorage, capacity: Int) {
      let place = place(capacity)
      if place == capacities.count || capacities[place] != capacity {
        capacities.insert(capacity, at: place)
      }
      free[capacity, default: []].append(storage)
      statistics.bytesCached += capacity * 4
    }
  }

  private let state = Mutex(State())

  func countUpload(of bytes: Int) { state.withLock { $0.statistics.bytesUploaded += bytes } }

  func countDownload(of bytes: Int) { state.withLock { $0.statistics.bytesDownloaded += bytes } }

  private let allocate: @Sendable (_ capacity: Int) -> (any BufferStorage)?

  /// - Parameter allocate: makes storage for that many 4-byte elements; `nil` when memory is out.
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

  /// Lets no more bytes be in use at once, as on a device with little memory.
  package func limit(to bytes: Int) { state.withLock { $0.limit = bytes } }

  /// A buffer of at least `count` elements with undefined contents, or `nil` when memory is out.
  public func make(count: Int) -> Buffer? {
    var capacity = Self.sizeClass(count)
    var storage: (any BufferStorage)?
    let isBeyond = state.withLock { [capacity] in
      $0.statistics.bytesInUse + capacity * 4 > $0.limit
    }
    if isBeyond { return nil }
    if let cached = state.withLock({ $0.take(capacity) }) {
      (storage, capacity) = cached
      state.withLock { $0.statistics.hits += 1 }
    } else {
      state.withLock { $0.statistics.misses += 1 }
      storage = allocate(capacity)
      if storage == nil {
        trim()
        storage = allocate(capacity)
      }
    }
    guard let storage else { return nil }
    state.withLock { [capacity] in
      $0.statistics.bytesInUse += capacity * 4
      $0.statistics.peakBytesInUse = max($0.statistics.peakBytesInUse, $0.statistics.bytesInUse)
    }
    return Buffer(count: count, capacity: capacity, storage: storage, pool: self)
  }

  /// Runs `body`, whose buffers will be kept for long, such as weights: requests in it take cached
  /// storage of their own size class only, and what they leave in the cache is given back.
  public func lasting<Result>(_ body: () throws -> Result) rethrows -> Result {
    state.withLock { $0.lasting += 1 }
    defer {
      state.withLock { $0.lasting -= 1 }
      trim()
    }
    return try body()
  }

  /// Gives all cached memory back to the device.
  public func trim() {
    let dropped = state.withLock { state in
      let all = state.free
      (state.free, state.capacities) = ([:], [])
      state.statistics.bytesCached = 0
      return all
    }
    _ = dropped  // Released outside the lock.
  }

  func recycle(_ storage: any BufferStorage, capacity: Int) {
    state.withLock {
      $0.put(storage, capacity: capacity)
      $0.statistics.bytesInUse -= capacity * 4
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

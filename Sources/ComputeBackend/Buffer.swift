/// Memory that a backend hands to the pool; released for good when the last reference goes.
public protocol BufferStorage: AnyObject, Sendable {}

/// A block of device memory of 4-byte elements (`Float`, `Int32`), returned to its pool on release.
///
/// Returning at once is safe because each backend executes its operations in the order of encoding.
public final class Buffer: @unchecked Sendable {
  /// Elements that were asked for.
  public let count: Int
  /// Elements that fit.
  public let capacity: Int
  /// The backend's own storage object.
  public let storage: any BufferStorage
  private let pool: BufferPool
  private var derived: [AnyHashable: AnyObject] = [:]

  init(count: Int, capacity: Int, storage: any BufferStorage, pool: BufferPool) {
    self.count = count
    self.capacity = capacity
    self.storage = storage
    self.pool = pool
  }

  deinit { pool.recycle(storage, capacity: capacity) }

  /// The whole buffer's first `count` elements.
  public subscript(count: Int) -> BufferSlice {
    BufferSlice(buffer: self, offset: 0, count: count)
  }

  /// Data computed from the contents (such as packed weights), kept until the buffer is written.
  public func derived<Value: AnyObject>(_ key: some Hashable, make: () -> Value) -> Value {
    if let found = derived[AnyHashable(key)] as? Value { return found }
    let value = make()
    derived[AnyHashable(key)] = value
    return value
  }

  /// Forgets derived data; backends call it for every buffer that an operation writes.
  public func invalidateDerived() {
    if !derived.isEmpty { derived.removeAll() }
  }
}

/// A contiguous range of a buffer's elements.
public struct BufferSlice: Sendable {
  public let buffer: Buffer
  /// First element.
  public let offset: Int
  /// Number of elements.
  public let count: Int

  public init(buffer: Buffer, offset: Int, count: Int) {
    precondition(
      offset >= 0 && count >= 0 && offset + count <= buffer.capacity,
      "BufferSlice: \(offset)..<\(offset + count) is outside a buffer of "
        + "\(buffer.capacity) elements")
    self.buffer = buffer
    self.offset = offset
    self.count = count
  }

  /// A part of this slice.
  public func range(from start: Int, count: Int) -> BufferSlice {
    precondition(
      start >= 0 && count >= 0 && start + count <= self.count,
      "BufferSlice.range: \(start)..<\(start + count) is outside a slice of \(self.count) elements")
    return BufferSlice(buffer: buffer, offset: offset + start, count: count)
  }
}

import ComputeBackend

/// The definition of every operation, behind the checks of all backends.
public typealias ReferenceBackend = ValidatedBackend<ReferenceOperations>

extension ValidatedBackend<ReferenceOperations> {
  public convenience init() { self.init(ReferenceOperations()) }

  /// The elements at full precision.
  public func doubles(_ slice: BufferSlice) -> [Double] { base.doubles(slice) }

  /// Stores the elements at full precision.
  public func upload(doubles values: [Double], to slice: BufferSlice) {
    precondition(
      values.count == slice.count, "upload: \(values.count) values to \(slice.count) elements")
    for i in 0..<values.count { slice.elements[i] = values[i] }
  }
}

/// All operations as plain loops in Double: slow, and what backends are held to.
///
/// A storage holds one Double for each 4-byte element; floats and integers are converted by
/// `upload` and `download`. Operations run at once, in the caller's thread.
public final class ReferenceOperations: ComputeBackend {
  public let description = DeviceDescription(
    identifier: "reference", name: "Double reference", driver: "Swift", units: 1, memory: 0)
  public let pool = BufferPool { ReferenceStorage(capacity: $0) }

  public init() {}

  /// The elements at full precision.
  func doubles(_ slice: BufferSlice) -> [Double] {
    Array(UnsafeBufferPointer(start: slice.elements, count: slice.count))
  }
}

/// Host memory of Doubles.
final class ReferenceStorage: BufferStorage, @unchecked Sendable {
  let elements: UnsafeMutablePointer<Double>

  init(capacity: Int) {
    elements = .allocate(capacity: capacity)
    elements.initialize(repeating: .nan, count: capacity)
  }

  deinit { elements.deallocate() }
}

extension BufferSlice {
  /// The slice's first element.
  ///
  /// Access counts as writing: derived data is forgotten too often here, never too rarely.
  var elements: UnsafeMutablePointer<Double> {
    buffer.invalidateDerived()
    guard let storage = buffer.storage as? ReferenceStorage else {
      preconditionFailure("ReferenceBackend: the buffer belongs to another backend")
    }
    return storage.elements + offset
  }
}

import ComputeBackend
import Glibc

/// Host memory, aligned to cache lines.
final class CPUStorage: BufferStorage, @unchecked Sendable {
  /// `nil` in a stand-in for memory that could not be had.
  private let memory: UnsafeMutableRawPointer?

  /// A stand-in that no operation may touch.
  init() { memory = nil }

  /// Memory for `capacity` 4-byte elements, or `nil` when memory is out.
  init?(capacity: Int) {
    let (bytes, overflow) = capacity.multipliedReportingOverflow(by: 4)
    // Large blocks on huge pages: a convolution's rows are far apart, and pages are then few.
    let hugePage = 1 << 21
    var pointer: UnsafeMutableRawPointer?
    guard
      !overflow,
      posix_memalign(&pointer, bytes >= 2 * hugePage ? hugePage : 64, max(bytes, 64)) == 0,
      let pointer
    else { return nil }
    if bytes >= 2 * hugePage { madvise(pointer, bytes, MADV_HUGEPAGE) }
    memory = pointer
  }

  deinit { free(memory) }

  var floats: UnsafeMutablePointer<Float> {
    guard let memory else { preconditionFailure("CPUBackend: a buffer that could not be allocated") }
    return memory.assumingMemoryBound(to: Float.self)
  }
}

extension BufferSlice {
  private var first: UnsafeMutablePointer<Float> {
    guard let storage = buffer.storage as? CPUStorage else {
      preconditionFailure("CPUBackend: a buffer of another backend")
    }
    return storage.floats + offset
  }

  /// The elements, to read.
  var floats: UnsafePointer<Float> { UnsafePointer(first) }

  /// The elements as labels or indices, to read.
  var integers: UnsafePointer<Int32> { UnsafeRawPointer(first).assumingMemoryBound(to: Int32.self) }

  /// The elements, to write; what was derived from the buffer is forgotten.
  func written() -> UnsafeMutablePointer<Float> {
    buffer.invalidateDerived()
    return first
  }

  /// The elements as integers, to write.
  func writtenIntegers() -> UnsafeMutablePointer<Int32> {
    UnsafeMutableRawPointer(written()).assumingMemoryBound(to: Int32.self)
  }
}

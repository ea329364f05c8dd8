import ComputeBackend
import Glibc

/// Host memory, aligned to cache lines.
///
/// An operation asks for its operands before it shares work out: putting elements back is not for
/// several threads.
final class CPUStorage: BufferStorage, @unchecked Sendable {
  /// `nil` in a stand-in for memory that could not be had.
  private let memory: UnsafeMutableRawPointer?
  /// How the elements lie at present, if not as they were written.
  private var order: PanelOrder?
  /// Whether they were put back once, since something else read them as they were written.
  private var staysPlain = false

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

  /// The elements as they were written.
  var floats: UnsafeMutablePointer<Float> {
    if let order {
      self.order = nil
      staysPlain = true
      for panel in 0..<order.panels { order.restore(panel, of: raw) }
    }
    return raw
  }

  /// The elements in `order`; `nil` if they are read in other ways too.
  func panels(_ order: PanelOrder, _ threads: ThreadPool) -> UnsafePointer<Float>? {
    if self.order != order {
      if self.order != nil || staysPlain { return nil }
      let elements = raw
      threads.parallelFor(order.panels) { panel, _ in order.arrange(panel, of: elements) }
      self.order = order
    }
    return UnsafePointer(raw)
  }

  /// Before all elements are written: whatever read them before does not count any more.
  func willBeWritten() {
    _ = floats
    if staysPlain { staysPlain = false }
  }

  /// The elements are undefined from here on.
  func forget() { (order, staysPlain) = (nil, false) }

  private var raw: UnsafeMutablePointer<Float> {
    guard let memory else {
      preconditionFailure("CPUBackend: a buffer that could not be allocated")
    }
    return memory.assumingMemoryBound(to: Float.self)
  }
}

extension BufferSlice {
  private var storage: CPUStorage {
    guard let storage = buffer.storage as? CPUStorage else {
      preconditionFailure("CPUBackend: a buffer of another backend")
    }
    return storage
  }

  private var first: UnsafeMutablePointer<Float> { storage.floats + offset }

  /// The elements in `order`, to read, until the buffer is accessed in another way.
  ///
  /// - Parameter others: what else the operation reads.
  /// - Returns: `nil` for a part of a buffer, such as a weight in training, which changes after
  ///   every use, where another operand is in the same buffer, and for elements that are also read
  ///   in other ways.
  func panels(
    _ order: PanelOrder, besides others: [BufferSlice?], _ threads: ThreadPool
  ) -> UnsafePointer<Float>? {
    guard offset == 0, count == buffer.count, !others.contains(where: { $0?.buffer === buffer })
    else { return nil }
    return storage.panels(order, threads)
  }

  /// The elements, to read.
  var floats: UnsafePointer<Float> { UnsafePointer(first) }

  /// The elements as labels or indices, to read.
  var integers: UnsafePointer<Int32> { UnsafeRawPointer(first).assumingMemoryBound(to: Int32.self) }

  /// The elements, to write; what was derived from the buffer is forgotten.
  func written() -> UnsafeMutablePointer<Float> {
    buffer.invalidateDerived()
    if offset == 0 && count == buffer.count { storage.willBeWritten() }
    return first
  }

  /// The elements as integers, to write.
  func writtenIntegers() -> UnsafeMutablePointer<Int32> {
    UnsafeMutableRawPointer(written()).assumingMemoryBound(to: Int32.self)
  }
}

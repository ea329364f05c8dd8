import Dispatch
import Synchronization

/// Work on the parts of a range, on all processors.
public enum Parallel {
  /// Joins what `body` makes of the parts of `0 ..< count`, in their order.
  ///
  /// - Throws: the error of the first part that failed, whatever the others did.
  public static func map<Element: Sendable>(
    _ count: Int, _ body: @Sendable (Range<Int>) throws -> [Element]
  ) throws -> [Element] {
    let size = max(1, min(256, count / 16))
    let parts = (count + size - 1) / size
    let results = Mutex([Result<[Element], any Error>?](repeating: nil, count: parts))
    DispatchQueue.concurrentPerform(iterations: parts) { part in
      let range = part * size..<min((part + 1) * size, count)
      let result = Result { try body(range) }
      results.withLock { $0[part] = result }
    }
    return try results.withLock { try $0.flatMap { try $0?.get() ?? [] } }
  }
}

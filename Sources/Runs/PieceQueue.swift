import Synchronization

/// Numbers of pieces of work, rising, each for the first who asks.
package final class PieceQueue: Sendable {
  private let count: Int
  private let taken = Atomic<Int>(0)

  package init(_ count: Int) { self.count = count }

  /// nil once all are taken.
  package func next() -> Int? {
    let piece = taken.add(1, ordering: .relaxed).oldValue
    return piece < count ? piece : nil
  }
}

import Foundation
import Synchronization

/// Values that were made last, up to a number of bytes, but at least one for each processor, since
/// threads that read in order want different ones; safe from several threads.
final class RecentValues<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Entry {
    let key: Key
    let value: Value
    let size: Int
  }

  private struct State {
    /// The last used one last.
    var entries: [Entry] = []
    var size = 0
  }

  /// Entries are looked through one by one.
  private static var countLimit: Int { 256 }

  private let limit: Int
  private let leastCount = max(2, ProcessInfo.processInfo.activeProcessorCount)
  private let state = Mutex(State())

  /// - Parameter limit: bytes that are kept.
  init(limit: Int) { self.limit = limit }

  /// The value of a key, made if it is not kept; two threads may make it at once.
  func value(_ key: Key, size: (Value) -> Int, make: () throws -> Value) rethrows -> Value {
    if let found = take(key) { return found }
    let value = try make()
    let entry = Entry(key: key, value: value, size: size(value))
    state.withLock { state in
      guard !state.entries.contains(where: { $0.key == key }) else { return }
      state.entries.append(entry)
      state.size += entry.size
      while state.entries.count > Self.countLimit
        || state.size > limit && state.entries.count > leastCount
      {
        state.size -= state.entries.removeFirst().size
      }
    }
    return value
  }

  private func take(_ key: Key) -> Value? {
    state.withLock { state in
      guard let place = state.entries.lastIndex(where: { $0.key == key }) else { return nil }
      let entry = state.entries.remove(at: place)
      state.entries.append(entry)
      return entry.value
    }
  }
}

import Synchronization

/// The pages of images that were read last; safe from several threads.
///
/// Neighbouring rows share a page, and a dictionary all pages of a row group.
final class ParquetPageCache: Sendable {
  struct Key: Hashable {
    let shard: Int
    let group: Int
    /// nil for the group's dictionary.
    let page: Int?
  }

  private struct Entry {
    let key: Key
    let page: ParquetPage?
    let dictionary: ParquetValues?
    let size: Int
  }

  private struct State {
    /// The last used one last.
    var entries: [Entry] = []
    var size = 0
  }

  /// Bytes that are kept, but for the last page, however large: some pages for each thread.
  private static let sizeLimit = 64 << 20

  private let state = Mutex(State())

  func page(_ key: Key, _ make: () throws -> ParquetPage) throws -> ParquetPage {
    if let found = take(key)?.page { return found }
    let page = try make()
    // A dictionary is counted once, as itself.
    let own = page.indices.map { $0.count * 4 } ?? page.values.bytes.count
    add(Entry(key: key, page: page, dictionary: nil, size: own))
    return page
  }

  func dictionary(_ key: Key, _ make: () throws -> ParquetValues?) throws -> ParquetValues? {
    if let found = take(key) { return found.dictionary }
    let dictionary = try make()
    add(Entry(key: key, page: nil, dictionary: dictionary, size: dictionary?.bytes.count ?? 0))
    return dictionary
  }

  private func take(_ key: Key) -> Entry? {
    state.withLock { state in
      guard let place = state.entries.lastIndex(where: { $0.key == key }) else { return nil }
      let entry = state.entries.remove(at: place)
      state.entries.append(entry)
      return entry
    }
  }

  private func add(_ entry: Entry) {
    state.withLock { state in
      state.entries.append(entry)
      state.size += entry.size
      while state.size > Self.sizeLimit, state.entries.count > 1 {
        state.size -= state.entries.removeFirst().size
      }
    }
  }
}

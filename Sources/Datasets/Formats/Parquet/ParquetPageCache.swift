import Support

/// The pages of images that were read last: neighbouring rows share a page, and all pages of a row
/// group a dictionary.
struct ParquetPageCache: Sendable {
  private struct Key: Hashable {
    let shard: FileName
    let group: Int
    let page: Int
  }

  /// Some pages of 1 MiB, as writers make them, for each thread.
  private let pages = RecentValues<Key, ParquetPage>(limit: 64 << 20)
  private let dictionaries = RecentValues<Key, ParquetValues?>(limit: 64 << 20)

  func page(
    _ page: Int, of group: Int, in shard: FileName, make: () throws -> ParquetPage
  ) rethrows -> ParquetPage {
    // A dictionary is counted once, as itself.
    try pages.value(
      Key(shard: shard, group: group, page: page),
      size: { page in page.indices.map { $0.count * 4 } ?? page.values.bytes.count }, make: make)
  }

  func dictionary(
    of group: Int, in shard: FileName, make: () throws -> ParquetValues?
  ) rethrows -> ParquetValues? {
    try dictionaries.value(
      Key(shard: shard, group: group, page: 0), size: { $0?.bytes.count ?? 0 }, make: make)
  }
}

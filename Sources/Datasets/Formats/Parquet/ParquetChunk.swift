/// The pages of one column in a row group: what the footer says of them.
struct ParquetChunk: Sendable {
  /// By number in the format.
  let codec: Int
  /// Entries with levels, nulls too.
  let count: Int
  /// All pages, a dictionary's too.
  let bytes: Range<Int>
  /// nil if the footer does not say.
  let nullCount: Int?

  private static let codecs: [Int: CompressionMethod] = [
    0: .none, 1: .snappy, 2: .gzip, 4: .brotli, 6: .zstd, 7: .lz4Block,
  ]
  private static let codecNames = [3: "LZO", 5: "LZ4 in Hadoop's framing"]

  /// Reads a `ColumnChunk` of a file whose pages end at `end`.
  init(_ chunk: ThriftStructure, end: Int) throws {
    guard chunk[1] == nil else {
      throw TableFailure(reason: "a column lies in another file")
    }
    guard chunk[8] == nil, let metadata = chunk[3]?.structure else {
      throw TableFailure(reason: "a column is encrypted")
    }
    guard let codec = metadata[4]?.integer, let count = metadata[5]?.integer, count >= 0,
      let size = metadata[7]?.integer, let dataStart = metadata[9]?.integer
    else { throw TableFailure(reason: "the footer lacks a column's place") }
    // A place that there is not is 0.
    let starts = [metadata[11]?.integer ?? 0, dataStart].filter { $0 > 0 }
    let start = starts.min() ?? ParquetFile.magic.count
    guard start >= ParquetFile.magic.count, size >= 0, start <= end, size <= end - start else {
      throw TableFailure(reason: "a column lies beyond the end of the data")
    }
    self.codec = codec
    self.count = count
    bytes = start..<start + size
    nullCount = metadata[12]?.structure?[3]?.integer
  }

  func method() throws -> CompressionMethod {
    guard let method = Self.codecs[codec] else {
      let name = Self.codecNames[codec] ?? "number \(codec)"
      throw TableFailure(
        reason: "it is compressed by \(name), which is not read")
    }
    return method
  }
}

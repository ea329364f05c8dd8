import Support

/// Writes the pages of a column chunk, coded as the pages that they replace.
///
/// A dictionary is made anew of the values that are used. When it becomes too large, the values
/// after it are plain, as other writers do it.
final class ParquetChunkWriter {
  private let output: AppendOnlyFile
  private let column: ParquetColumn
  private let method: CompressionMethod
  private let start: Int

  private var dictionary: ParquetDictionary
  /// Pages of indices, which follow the dictionary.
  private var waiting: [UInt8] = []
  private var waitingHeader: ParquetPageHeader?
  private var dictionaryIsWritten = false
  /// A replaced dictionary's size, or what writers take by default.
  private var dictionaryLimit = 1 << 20

  private(set) var count = 0
  private(set) var nulls = 0
  private(set) var uncompressedSize = 0
  private(set) var dictionaryStart: Int?
  private(set) var dataStart: Int?
  private(set) var encodings: Set<Int> = []

  init(_ output: AppendOnlyFile, column: ParquetColumn, method: CompressionMethod) {
    self.output = output
    self.column = column
    self.method = method
    start = output.count
    dictionary = ParquetDictionary(width: column.type.width)
  }

  var bytes: Range<Int> { start..<output.count }

  /// Writes entries as a page like one that was read.
  func append(_ entries: ParquetEntries, like page: ParquetPage) throws {
    guard entries.count > 0 else { return }
    count += entries.count
    nulls += entries.nulls
    let header = page.header
    if header.encoding.isDictionary && !dictionaryIsWritten {
      dictionaryLimit = max(dictionaryLimit, page.values.bytes.count)
      let indices = (0..<entries.values.count).map { dictionary.index(of: entries.values[$0]) }
      let width = HybridRuns.width(maximum: max(dictionary.values.count - 1, 0))
      waiting += try coded(
        header, entries, [UInt8(width)] + HybridRuns.encode(indices, width: width),
        header.encoding)
      waitingHeader = header
      if dictionary.size > dictionaryLimit { try writeDictionary() }
      return
    }
    try writeDictionary()
    let encoding = header.encoding.isDictionary ? .plain : header.encoding
    let values = try entries.values.encoded(as: encoding, type: column.type)
    let bytes = try coded(header, entries, values, encoding)
    dataStart = dataStart ?? output.count
    try output.append(bytes)
  }

  func finish() throws { try writeDictionary() }

  private func coded(
    _ header: ParquetPageHeader, _ entries: ParquetEntries, _ values: [UInt8],
    _ encoding: ParquetEncoding
  ) throws -> [UInt8] {
    let (bytes, size) = try header.page(
      of: entries, values: values, encoding: encoding, column: column, method: method)
    uncompressedSize += size
    encodings.insert(encoding.rawValue)
    return bytes
  }

  /// Writes the dictionary, if there is one, and the pages that wait for it.
  private func writeDictionary() throws {
    guard let header = waitingHeader, !dictionaryIsWritten else { return }
    dictionaryIsWritten = true
    let (bytes, size) = try header.dictionaryPage(
      of: dictionary, type: column.type, method: method)
    uncompressedSize += size
    encodings.insert(ParquetEncoding.plain.rawValue)
    dictionaryStart = output.count
    try output.append(bytes)
    dataStart = output.count
    try output.append(waiting)
    waiting = []
    dictionary = ParquetDictionary(width: column.type.width)
  }
}

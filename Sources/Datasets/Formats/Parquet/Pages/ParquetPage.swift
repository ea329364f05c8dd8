/// The entries of a data page: levels, and values where the definition level is the largest.
struct ParquetPage: Sendable {
  /// A page is held in memory as a whole; writers end pages at 1 MiB or after the value that
  /// exceeds it.
  static let sizeLimit = 512 << 20
  static let countLimit = 1 << 26

  let header: ParquetPageHeader
  /// By entry; empty if all would be 0.
  let repetition: [UInt32]
  /// By entry; empty if all would be 0.
  let definition: [UInt32]
  /// Values in the page itself, or those of the dictionary.
  let values: ParquetValues
  /// By value, if they come from the dictionary.
  let indices: [UInt32]?

  /// Reads a page from the bytes behind its header.
  init(
    _ header: ParquetPageHeader, body: [UInt8], column: ParquetColumn, method: CompressionMethod,
    dictionary: ParquetValues?
  ) throws {
    self.header = header
    try header.check(body)
    var levels: (repetition: ArraySlice<UInt8>, definition: ArraySlice<UInt8>)
    let rest: ArraySlice<UInt8>
    if case .data2(let definitionSize, let repetitionSize, let isCompressed) = header.kind {
      levels.repetition = body[..<repetitionSize]
      levels.definition = body[repetitionSize..<repetitionSize + definitionSize]
      let packed = body[(repetitionSize + definitionSize)...]
      let size = header.uncompressedSize - repetitionSize - definitionSize
      let isPacked = isCompressed && !packed.isEmpty
      rest = try (isPacked ? method : .none).decompress(packed, size: size)[...]
    } else {
      let plain = try method.decompress(body[...], size: header.uncompressedSize)
      var reader = PageReader(plain[...])
      levels.repetition =
        column.maximumRepetition > 0 ? try reader.take(try reader.length()) : []
      levels.definition =
        column.maximumDefinition > 0 ? try reader.take(try reader.length()) : []
      rest = reader.rest
    }
    repetition = try Self.levels(
      levels.repetition, count: header.count, maximum: column.maximumRepetition)
    definition = try Self.levels(
      levels.definition, count: header.count, maximum: column.maximumDefinition)
    let maximum = UInt32(column.maximumDefinition)
    let count =
      definition.isEmpty
      ? header.count : definition.reduce(0) { $0 + ($1 == maximum ? 1 : 0) }
    if header.encoding.isDictionary {
      guard let dictionary else {
        throw TableFailure(reason: "a page needs a dictionary, and there is none")
      }
      values = dictionary
      indices = try Self.indices(rest, count: count, limit: dictionary.count)
    } else {
      values = try ParquetValues.decode(
        rest, as: header.encoding, count: count, type: column.type)
      indices = nil
    }
  }

  /// Value number `index`, nulls not counted.
  func value(_ index: Int) -> ArraySlice<UInt8> {
    values[indices.map { Int($0[index]) } ?? index]
  }

  static func levels(
    _ bytes: ArraySlice<UInt8>, count: Int, maximum: Int
  ) throws -> [UInt32] {
    guard maximum > 0 else { return [] }
    let levels = try HybridRuns.decode(
      bytes, count: count, width: HybridRuns.width(maximum: maximum))
    guard levels.allSatisfy({ $0 <= maximum }) else {
      throw TableFailure(reason: "a page has an impossible level")
    }
    return levels
  }

  private static func indices(
    _ bytes: ArraySlice<UInt8>, count: Int, limit: Int
  ) throws -> [UInt32] {
    guard count > 0 else { return [] }
    var reader = PageReader(bytes)
    let width = Int(try reader.byte())
    let indices = try HybridRuns.decode(reader.rest, count: count, width: width)
    guard indices.allSatisfy({ $0 < limit }) else {
      throw TableFailure(reason: "a page has an index beyond its dictionary")
    }
    return indices
  }
}

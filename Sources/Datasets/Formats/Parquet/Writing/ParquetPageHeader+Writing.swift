extension ParquetPageHeader {
  /// A page of this one's version and, if it can be, encoding: header and body.
  ///
  /// - Parameter values: as the page holds them.
  func page(
    of entries: ParquetEntries, values: [UInt8], encoding: ParquetEncoding,
    column: ParquetColumn, method: CompressionMethod
  ) throws -> (bytes: [UInt8], uncompressedSize: Int) {
    let repetition = Self.levels(entries.repetition, maximum: column.maximumRepetition)
    let definition = Self.levels(entries.definition, maximum: column.maximumDefinition)
    var header = structure
    let number = ThriftValue.int32(encoding.rawValue)
    if case .data2(_, _, let isCompressed) = kind {
      var details = structure[8]?.structure ?? ThriftStructure()
      details[1] = .int32(entries.count)
      details[2] = .int32(entries.nulls)
      details[3] = .int32(entries.rows)
      details[4] = number
      details[5] = .int32(definition.count)
      details[6] = .int32(repetition.count)
      details[8] = nil
      header[8] = .structure(details)
      let packed = try (isCompressed ? method : .none).compress(values)
      return try Self.seal(
        header, body: repetition + definition + packed,
        uncompressedSize: repetition.count + definition.count + values.count)
    }
    var details = structure[5]?.structure ?? ThriftStructure()
    details[1] = .int32(entries.count)
    details[2] = number
    // Statistics of the values that were.
    details[5] = nil
    header[5] = .structure(details)
    let levels = [(repetition, column.maximumRepetition), (definition, column.maximumDefinition)]
      .flatMap { $1 > 0 ? ParquetValues.length($0.count) + $0 : [] }
    let plain = levels + values
    return try Self.seal(
      header, body: try method.compress(plain), uncompressedSize: plain.count)
  }

  /// A dictionary's page for data pages like this one.
  func dictionaryPage(
    of dictionary: ParquetDictionary, type: ParquetType, method: CompressionMethod
  ) throws -> (bytes: [UInt8], uncompressedSize: Int) {
    let plain = try dictionary.values.encoded(as: .plain, type: type)
    let encoding = self.encoding == .plainDictionary ? ParquetEncoding.plainDictionary : .plain
    var header = ThriftStructure([1: .int32(2)])
    if let checksum = structure[4] { header[4] = checksum }
    header[7] = .structure(
      ThriftStructure([1: .int32(dictionary.values.count), 2: .int32(encoding.rawValue)]))
    return try Self.seal(header, body: try method.compress(plain), uncompressedSize: plain.count)
  }

  /// Header and body, with sizes, and a checksum if the header had one.
  private static func seal(
    _ header: ThriftStructure, body: [UInt8], uncompressedSize: Int
  ) throws -> (bytes: [UInt8], uncompressedSize: Int) {
    guard max(body.count, uncompressedSize) <= ParquetPage.sizeLimit else {
      throw TableFailure(reason: "a changed page would have \(uncompressedSize) bytes")
    }
    var header = header
    header[2] = .int32(uncompressedSize)
    header[3] = .int32(body.count)
    if header[4] != nil {
      header[4] = .int32(Int(Int32(bitPattern: Deflate.checksum(body[...]))))
    }
    let head = ThriftWriter.bytes(header)
    return (head + body, head.count + uncompressedSize)
  }

  private static func levels(_ levels: [UInt32], maximum: Int) -> [UInt8] {
    HybridRuns.encode(levels, width: HybridRuns.width(maximum: maximum))
  }
}

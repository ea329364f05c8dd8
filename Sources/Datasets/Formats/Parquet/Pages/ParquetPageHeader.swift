import Support

/// The header of a page: `PageHeader`.
struct ParquetPageHeader: Sendable {
  enum Kind: Sendable {
    case data, dictionary, other
    /// The levels stand uncompressed before the values.
    case data2(definitionSize: Int, repetitionSize: Int, isCompressed: Bool)
  }

  let kind: Kind
  /// As it is in the file.
  let structure: ThriftStructure
  /// Bytes behind the header.
  let size: Int
  let uncompressedSize: Int
  /// Entries with levels, or values of a dictionary.
  let count: Int
  let encoding: ParquetEncoding

  /// Statistics of long values stand in a header.
  private static let limit = 16 << 20

  /// Reads a header within a part of a file; returns it with the position behind it.
  static func read(
    _ file: RandomAccessFile, in part: Range<Int>
  ) throws -> (header: ParquetPageHeader, end: Int) {
    var count = 256
    while true {
      let bytes = try file.bytes(at: part.lowerBound, count: min(count, part.count))
      var reader = ThriftReader(bytes[...])
      do {
        let header = try ParquetPageHeader(try reader.structure())
        let end = part.lowerBound + reader.position
        guard header.size <= part.upperBound - end else { throw TableFailure.cutShort }
        return (header, end)
      } catch ThriftReader.Failure.endsEarly where bytes.count < part.count && count < limit {
        count *= 8
      } catch is ThriftReader.Failure {
        throw TableFailure(reason: "a page's header is corrupt")
      }
    }
  }

  init(_ structure: ThriftStructure) throws {
    self.structure = structure
    guard let code = structure[1]?.integer, let uncompressed = structure[2]?.integer,
      let size = structure[3]?.integer, size >= 0, uncompressed >= 0
    else { throw TableFailure(reason: "a page's header is corrupt") }
    guard uncompressed <= ParquetPage.sizeLimit, size <= ParquetPage.sizeLimit else {
      throw TableFailure(reason: "a page of \(max(size, uncompressed)) bytes is too large")
    }
    self.size = size
    uncompressedSize = uncompressed
    // DataPageHeader, -, DictionaryPageHeader, DataPageHeaderV2
    let details = structure[[5, 6, 7, 8][min(max(code, 0), 3)]]?.structure
    let encodingCode: Int?
    switch code {
    case 0:
      kind = .data
      encodingCode = details?[2]?.integer
      for level in [3, 4] where details?[level]?.integer == ParquetEncoding.packedBits.rawValue {
        throw TableFailure(reason: "levels in the encoding BIT_PACKED are not read")
      }
    case 2:
      kind = .dictionary
      encodingCode = details?[2]?.integer
    case 3:
      guard let definition = details?[5]?.integer, let repetition = details?[6]?.integer,
        definition >= 0, repetition >= 0, definition <= size, repetition <= size - definition,
        definition + repetition <= uncompressed
      else { throw TableFailure(reason: "a page's header is corrupt") }
      kind = .data2(
        definitionSize: definition, repetitionSize: repetition,
        isCompressed: details?[7]?.bool ?? true)
      encodingCode = details?[4]?.integer
    default:
      kind = .other
      encodingCode = 0
    }
    guard let encodingCode, let encoding = ParquetEncoding(rawValue: encodingCode) else {
      throw TableFailure(reason: "a page has an unknown encoding")
    }
    self.encoding = encoding
    if case .other = kind {
      count = 0
    } else {
      guard let count = details?[1]?.integer, (0...ParquetPage.countLimit).contains(count) else {
        throw TableFailure(reason: "a page has an impossible number of values")
      }
      self.count = count
    }
  }

  var isData: Bool {
    switch kind {
    case .data, .data2: true
    case .dictionary, .other: false
    }
  }

  /// Throws unless the bytes behind the header have its checksum, if it has one.
  func check(_ body: [UInt8]) throws {
    guard let checksum = structure[4]?.integer else { return }
    guard Deflate.checksum(body[...]) == UInt32(truncatingIfNeeded: checksum) else {
      throw TableFailure(reason: "a page's checksum is wrong")
    }
  }
}

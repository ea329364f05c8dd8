import Support

/// Reads the pages of a column chunk one after another.
struct ParquetChunkReader {
  /// Where a data page lies, and its first entry in the chunk.
  struct Place: Sendable {
    let bytes: Range<Int>
    let firstEntry: Int
  }

  private let file: RandomAccessFile
  private let column: ParquetColumn
  private let chunk: ParquetChunk
  private let method: CompressionMethod

  init(_ file: RandomAccessFile, column: ParquetColumn, chunk: ParquetChunk) throws {
    self.file = file
    self.column = column
    self.chunk = chunk
    method = try chunk.method()
  }

  /// Calls `body` with each page's header, the place of its bytes, and its first entry.
  private func forEachHeader(
    _ body: (ParquetPageHeader, Range<Int>, Int) throws -> Void
  ) throws {
    var position = chunk.bytes.lowerBound
    var entries = 0
    while entries < chunk.count {
      guard position < chunk.bytes.upperBound else {
        throw TableFailure(
          reason: "column '\(column.name)' has \(entries) values instead of \(chunk.count)")
      }
      let (header, start) = try ParquetPageHeader.read(
        file, in: position..<chunk.bytes.upperBound)
      let end = start + header.size
      if header.isData {
        guard header.count <= chunk.count - entries else {
          throw TableFailure(reason: "a page has more values than its column")
        }
      }
      try body(header, start..<end, entries)
      if header.isData { entries += header.count }
      position = end
    }
  }

  /// The places of all data pages, by their headers alone; each begins with its header.
  func places() throws -> [Place] {
    var places: [Place] = []
    var start = chunk.bytes.lowerBound
    try forEachHeader { header, bytes, entry in
      if header.isData {
        places.append(Place(bytes: start..<bytes.upperBound, firstEntry: entry))
      }
      start = bytes.upperBound
    }
    return places
  }

  /// Calls `body` with all data pages; one is held at a time, and the dictionary.
  func forEachPage(_ body: (ParquetPage) throws -> Void) throws {
    var dictionary: ParquetValues?
    try forEachHeader { header, bytes, _ in
      switch header.kind {
      case .dictionary: dictionary = try readDictionary(header, bytes)
      case .data, .data2: try body(try page(header, bytes, dictionary: dictionary))
      case .other: break
      }
    }
  }

  /// The dictionary with which the chunk begins, if it has one.
  func readDictionary() throws -> ParquetValues? {
    let (header, start) = try ParquetPageHeader.read(file, in: chunk.bytes)
    guard case .dictionary = header.kind else { return nil }
    return try readDictionary(header, start..<start + header.size)
  }

  /// The data page at a place.
  func page(at place: Place, dictionary: ParquetValues?) throws -> ParquetPage {
    let (header, start) = try ParquetPageHeader.read(file, in: place.bytes)
    return try page(header, start..<place.bytes.upperBound, dictionary: dictionary)
  }

  private func page(
    _ header: ParquetPageHeader, _ bytes: Range<Int>, dictionary: ParquetValues?
  ) throws -> ParquetPage {
    try ParquetPage(
      header, body: try file.bytes(at: bytes.lowerBound, count: bytes.count), column: column,
      method: method, dictionary: dictionary)
  }

  private func readDictionary(
    _ header: ParquetPageHeader, _ bytes: Range<Int>
  ) throws -> ParquetValues {
    let body = try file.bytes(at: bytes.lowerBound, count: bytes.count)
    try header.check(body)
    let plain = try method.decompress(body[...], size: header.uncompressedSize)
    return try ParquetValues.decode(
      plain[...], as: .plain, count: header.count, type: column.type)
  }
}

extension ParquetChunkReader {
  /// The definition levels of the page at a place, without its values where these stand apart.
  func definitionLevels(at place: Place, dictionary: ParquetValues?) throws -> [UInt32] {
    let (header, start) = try ParquetPageHeader.read(file, in: place.bytes)
    let size: Int
    let position: Int
    switch header.kind {
    case .data2(let definitionSize, let repetitionSize, isCompressed: _):
      (position, size) = (start + repetitionSize, definitionSize)
    case .data where method == .none && column.maximumRepetition == 0 && header.size >= 4:
      var length = PageReader(try file.bytes(at: start, count: 4)[...])
      (position, size) = (start + 4, min(try length.length(), header.size - 4))
    default: return try page(at: place, dictionary: dictionary).definition
    }
    return try ParquetPage.levels(
      try file.bytes(at: position, count: size)[...], count: header.count,
      maximum: column.maximumDefinition)
  }
}

import Support

extension ParquetFileWriter {
  /// Copies what the footer refers to beside pages, of chunks that kept their bytes: Bloom filters,
  /// and the indexes of pages, in which places are moved.
  func moveIndexes(of groups: inout [ThriftStructure]) throws {
    for group in groups.indices {
      var chunks = (groups[group][1]?.list ?? []).compactMap(\.structure)
      for column in chunks.indices { try moveIndexes(of: &chunks[column]) }
      groups[group][1] = .list(chunks.map { .structure($0) }, of: .structure)
    }
  }

  private func moveIndexes(of chunk: inout ThriftStructure) throws {
    guard var metadata = chunk[3]?.structure else { return }
    let filter = try part(metadata[14], metadata[15])
    metadata[14] = try filter.map { try append($0) }
    if filter == nil { metadata[15] = nil }
    chunk[3] = .structure(metadata)
    let columnIndex = try part(chunk[6], chunk[7])
    chunk[6] = try columnIndex.map { try append($0) }
    if columnIndex == nil { chunk[7] = nil }
    guard let offsets = try part(chunk[4], chunk[5]) else {
      (chunk[4], chunk[5]) = (nil, nil)
      return
    }
    let moved = try moving(offsets, to: metadata)
    chunk[4] = try append(moved)
    chunk[5] = .int32(moved.count)
  }

  /// The bytes of a part of the source by its place and size in the footer.
  private func part(_ place: ThriftValue?, _ size: ThriftValue?) throws -> [UInt8]? {
    guard let place = place?.integer, let size = size?.integer else { return nil }
    guard place >= 0, size >= 0, size <= Self.indexLimit, place <= source.file.size - size else {
      throw TableFailure(reason: "an index lies beyond the end of the file")
    }
    return try source.file.bytes(at: place, count: size)
  }

  /// Some bytes for each page, or a Bloom filter of a row group.
  private static let indexLimit = 256 << 20

  private func append(_ bytes: [UInt8]) throws -> ThriftValue {
    let place = output.count
    try output.append(bytes)
    return .int64(place)
  }

  /// An `OffsetIndex` whose first page is where the chunk's metadata says.
  private func moving(_ index: [UInt8], to metadata: ThriftStructure) throws -> [UInt8] {
    var reader = ThriftReader(index[...])
    guard var structure = try? reader.structure(),
      var pages = structure[1]?.list?.compactMap(\.structure),
      let first = pages.first?[1]?.integer
    else { throw TableFailure(reason: "an index of pages is corrupt") }
    let distance = (metadata[9]?.integer ?? 0) - first
    for page in pages.indices {
      pages[page][1] = pages[page][1]?.integer.map { .int64($0 + distance) }
    }
    structure[1] = .list(pages.map { .structure($0) }, of: .structure)
    return ThriftWriter.bytes(structure)
  }
}

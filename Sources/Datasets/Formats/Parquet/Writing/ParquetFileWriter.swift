import Support

/// Writes a changed copy of a Parquet file: column chunks without changes keep their bytes, others
/// are written anew with the same codec, pages and encodings; all else in the footer stays.
struct ParquetFileWriter {
  let source: ParquetFile
  let output: AppendOnlyFile
  /// By column.
  private let edits: [Int: ParquetEdits]
  private let removed: Set<Int>

  /// - Parameters:
  ///   - edits: by number of the column.
  ///   - removed: rows to be left out.
  init(
    _ source: ParquetFile, to path: FileName, edits: [Int: ParquetEdits], removed: Set<Int>
  ) throws {
    self.source = source
    output = AppendOnlyFile(try RandomAccessFile(path, .create))
    self.edits = edits
    self.removed = removed
  }

  func write() throws {
    try output.append(ParquetFile.magic)
    var groups: [ThriftStructure] = []
    var total = 0
    var firstRow = 0
    for (group, value) in zip(source.groups, source.footer[4]?.list ?? []) {
      defer { firstRow += group.rows }
      let range = firstRow..<firstRow + group.rows
      let rows = group.rows - range.count(where: removed.contains)
      guard let structure = value.structure, rows > 0 || group.rows == 0 else { continue }
      groups.append(try self.group(group, structure, firstRow: firstRow, rows: rows))
      total += rows
    }
    for (number, group) in groups.enumerated() where group[7] != nil {
      groups[number][7] = .integer(Int64(number), .int16)
    }
    try moveIndexes(of: &groups)
    var footer = source.footer
    footer[3] = .int64(total)
    footer[4] = .list(groups.map { .structure($0) }, of: .structure)
    let bytes = ThriftWriter.bytes(footer)
    try output.append(bytes + ParquetValues.length(bytes.count) + ParquetFile.magic)
  }

  private func group(
    _ group: ParquetFile.RowGroup, _ structure: ThriftStructure, firstRow: Int, rows: Int
  ) throws -> ThriftStructure {
    var result = structure
    var chunks = (structure[1]?.list ?? []).compactMap(\.structure)
    let start = output.count
    var isSorted = true
    for (column, chunk) in group.chunks.enumerated() {
      var edits = edits[column] ?? ParquetEdits()
      edits.removed = removed
      if edits.touches(firstRow..<firstRow + group.rows) {
        if !edits.changed.isEmpty { isSorted = false }
        chunks[column] = try rewrite(
          chunks[column], chunk, source.columns[column], firstRow: firstRow, edits: edits)
      } else {
        let moved = output.count - chunk.bytes.lowerBound
        try output.append(chunk.bytes, of: source.file)
        chunks[column] = Self.moving(chunks[column], by: moved)
      }
    }
    let metadata = chunks.map { $0[3]?.structure ?? ThriftStructure() }
    result[1] = .list(chunks.map { .structure($0) }, of: .structure)
    result[2] = .int64(metadata.reduce(0) { $0 + ($1[6]?.integer ?? 0) })
    result[3] = .int64(rows)
    if !isSorted { result[4] = nil }
    if structure[5] != nil { result[5] = .int64(start) }
    if structure[6] != nil {
      result[6] = .int64(metadata.reduce(0) { $0 + ($1[7]?.integer ?? 0) })
    }
    return result
  }

  /// A `ColumnChunk` whose pages lie elsewhere.
  private static func moving(_ chunk: ThriftStructure, by distance: Int) -> ThriftStructure {
    var (result, metadata) = (chunk, chunk[3]?.structure ?? ThriftStructure())
    // Places of data, index and dictionary pages; 0 is none.
    for field in [9, 10, 11] {
      if let old = metadata[field]?.integer, old > 0 { metadata[field] = .int64(old + distance) }
    }
    result[3] = .structure(metadata)
    // The place of a copy of the metadata, which is not made.
    result[2] = .int64(0)
    return result
  }

  /// Writes a chunk anew; what is known of its values is left out, save for the count of nulls.
  private func rewrite(
    _ structure: ThriftStructure, _ chunk: ParquetChunk, _ column: ParquetColumn, firstRow: Int,
    edits: ParquetEdits
  ) throws -> ThriftStructure {
    let writer = ParquetChunkWriter(output, column: column, method: try chunk.method())
    let reader = try ParquetChunkReader(source.file, column: column, chunk: chunk)
    try writer.rewrite(reader, column: column, firstRow: firstRow, edits: edits)
    var (result, metadata) = (structure, structure[3]?.structure ?? ThriftStructure())
    let known = (metadata[2]?.list ?? []).compactMap(\.integer)
    metadata[2] = .list(
      (known + writer.encodings.subtracting(known).sorted()).map { .int32($0) }, of: .int32)
    metadata[5] = .int64(writer.count)
    metadata[6] = .int64(writer.uncompressedSize)
    metadata[7] = .int64(writer.bytes.count)
    metadata[9] = .int64(writer.dataStart ?? 0)
    metadata[10] = nil
    metadata[11] = writer.dictionaryStart.map { .int64($0) }
    metadata[12] = .structure(ThriftStructure([3: .int64(writer.nulls)]))
    // Counts of encodings, the Bloom filter, sizes and extent of the values.
    for field in 13...17 { metadata[field] = nil }
    result[2] = .int64(0)
    result[3] = .structure(metadata)
    for field in 4...7 { result[field] = nil }
    return result
  }
}

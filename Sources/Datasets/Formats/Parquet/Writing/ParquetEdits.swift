/// What a copy of a shard changes in one column, by row.
struct ParquetEdits {
  var removed: Set<Int> = []
  /// Rows with another value.
  var changed: Set<Int> = []
  /// The new value of a changed row; nil is null.
  var value: (_ row: Int, _ old: ArraySlice<UInt8>?) throws -> [UInt8]? = { _, _ in nil }

  func touches(_ rows: Range<Int>) -> Bool {
    // The smaller side is looked through.
    [removed, changed].contains { set in
      set.count < rows.count
        ? set.contains(where: rows.contains) : rows.contains(where: set.contains)
    }
  }
}

extension ParquetChunkWriter {
  /// Writes a chunk anew, page by page.
  ///
  /// - Parameter firstRow: the chunk's, by which the edits count.
  func rewrite(
    _ reader: ParquetChunkReader, column: ParquetColumn, firstRow: Int, edits: ParquetEdits
  ) throws {
    var row = firstRow - 1
    let maximum = UInt32(column.maximumDefinition)
    try reader.forEachPage { page in
      var entries = ParquetEntries(width: column.type.width)
      var entry = -1
      try page.forEachEntry(maximum: column.maximumDefinition) { value in
        entry += 1
        let repetition = page.repetition.isEmpty ? nil : page.repetition[entry]
        if repetition ?? 0 == 0 { row += 1 }
        guard !edits.removed.contains(row) else { return }
        let definition = page.definition.isEmpty ? nil : page.definition[entry]
        guard edits.changed.contains(row) else {
          entries.append(repetition: repetition, definition: definition, value: value)
          return
        }
        let new = try edits.value(row, value)
        entries.append(
          repetition: repetition,
          definition: definition.map { $0 == maximum && new == nil ? maximum - 1 : $0 }
            .map { new == nil ? $0 : maximum },
          value: new)
      }
      try append(entries, like: page)
    }
    try finish()
  }
}

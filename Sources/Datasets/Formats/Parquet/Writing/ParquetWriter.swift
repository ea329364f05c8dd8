import Support

/// Writes a changed copy of Parquet files under their names, with the files beside them.
final class ParquetWriter: EncodedRecordWriter {
  private let source: ParquetRecords
  private let directory: FileName
  private let changes: WaitingChanges

  init(source: ParquetRecords, directory: FileName) {
    self.source = source
    self.directory = directory
    changes = WaitingChanges(in: directory)
  }

  func replace(_ record: Int, contents: [UInt8]?, kind: String?, label: Int32?) throws {
    try changes.replace(record, contents: contents, kind: kind, label: label)
  }

  func finish(removing removed: Set<Int>) throws -> [String] {
    for (number, shard) in source.shards.enumerated() {
      let rows = source.starts[number]..<source.starts[number + 1]
      let path = directory / shard.name
      try Directory.make(path.parent)
      do {
        try write(shard, rows: rows, to: path, removing: removed)
      } catch let failure as ParquetFailure {
        throw ParquetFile.damaged(shard.path, failure.reason)
      } catch let failure as CompressionFailure {
        throw ParquetFile.damaged(shard.path, failure.reason)
      }
    }
    for name in source.companions {
      try Directory.make((directory / name).parent)
      try RandomAccessFile.copy(source.root / name, to: directory / name)
    }
    changes.close()
    var next = 0
    return source.labels.indices.map { record in
      guard !removed.contains(record) else { return "" }
      defer { next += 1 }
      return String(next)
    }
  }

  private func write(
    _ shard: ParquetShard, rows: Range<Int>, to path: FileName, removing removed: Set<Int>
  ) throws {
    let first = rows.lowerBound
    let removedRows = Set(rows.filter(removed.contains).map { $0 - first })
    let edits = self.edits(of: shard, rows: rows).filter { !$0.value.changed.isEmpty }
    if removedRows.isEmpty && edits.isEmpty {
      try shard.file.file.copy(to: path)
    } else {
      try ParquetFileWriter(shard.file, to: path, edits: edits, removed: removedRows).write()
    }
  }

  private func edits(of shard: ParquetShard, rows: Range<Int>) -> [Int: ParquetEdits] {
    let (changes, meaning, first) = (changes, source.meaning, rows.lowerBound)
    func changed(where condition: (Int) -> Bool) -> Set<Int> {
      Set(rows.filter(condition).map { $0 - first })
    }
    var edits: [Int: ParquetEdits] = [:]
    edits[shard.image] = ParquetEdits(changed: changed(where: changes.hasContents)) { row, _ in
      try changes.contents(of: first + row)
    }
    if let path = shard.imagePath {
      // A name is changed only where there is one.
      edits[path] = ParquetEdits(
        changed: changed { changes.kind(of: $0) != nil }
      ) { row, old in
        guard let old, let kind = changes.kind(of: first + row) else { return old.map(Array.init) }
        return FileName(bytes: old).withKind(kind).bytes
      }
    }
    if let label = shard.label {
      let column = shard.file.columns[label]
      let isText = column.type == .byteArray
      edits[label] = ParquetEdits(changed: changed { changes.labels[$0] != nil }) { row, _ in
        try changes.labels[first + row].flatMap {
          try column.bytes(of: meaning.stored(for: $0, isText: isText))
        }
      }
    }
    return edits
  }
}

import Support

/// Writes a changed copy of a table under the names of its files, with the files beside them.
final class TableWriter: EncodedRecordWriter {
  private let source: TableRecords
  private let directory: FileName
  private let changes: WaitingChanges

  init(source: TableRecords, directory: FileName) {
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
      let changes = self.changes(of: rows, removing: removed)
      if changes.isEmpty {
        try shard.file.copy(to: path)
      } else {
        try shard.file.path.namingFailures { try shard.write(to: path, changes: changes) }
      }
    }
    for name in source.companions {
      try Directory.make((directory / name).parent)
      guard name == DatasetCard.name, !removed.isEmpty else {
        try RandomAccessFile.copy(source.root / name, to: directory / name)
        continue
      }
      let count = source.labels.count
      let card = DatasetCard.replacingCount(
        of: source.split, from: count, to: count - removed.count,
        in: try RandomAccessFile.contents(source.root / name))
      try RandomAccessFile.write(card, to: directory / name)
    }
    changes.close()
    var next = 0
    return source.labels.indices.map { record in
      guard !removed.contains(record) else { return "" }
      defer { next += 1 }
      return String(next)
    }
  }

  private func changes(of rows: Range<Int>, removing removed: Set<Int>) -> TableChanges {
    let (changes, first) = (changes, rows.lowerBound)
    var result = TableChanges { row in
      guard let contents = try changes.contents(of: first + row) else {
        preconditionFailure("TableWriter: row \(row) keeps its image")
      }
      return contents
    }
    for record in rows {
      if removed.contains(record) {
        result.removed.insert(record - first)
        continue
      }
      result.labels[record - first] = changes.labels[record].map(source.meaning.stored)
      if changes.hasContents(record) { result.images.insert(record - first) }
      result.kinds[record - first] = changes.kind(of: record)
    }
    return result
  }
}

import Support

/// Writes a changed copy of an Arrow file: messages without changes keep their bytes, others have
/// new buffers and the same metadata but for numbers.
struct ArrowFileWriter {
  private let shard: ArrowShard
  private let changes: TableChanges
  private let output: RandomAccessFile

  init(_ shard: ArrowShard, to path: FileName, changes: TableChanges) throws {
    self.shard = shard
    self.changes = changes
    output = try RandomAccessFile(path, .create)
  }

  func write() throws {
    let arrow = shard.arrow
    let numbers = Dictionary(
      shard.batches.enumerated().map { ($1.message.bytes.lowerBound, $0) },
      uniquingKeysWith: { first, _ in first })
    var position = try copy(0..<(arrow.messages.first?.bytes.lowerBound ?? 0), to: 0)
    var moved: [Int: (start: Int, bodySize: Int)] = [:]
    for message in arrow.messages {
      let start = position
      if let number = numbers[message.bytes.lowerBound],
        let changed = try rewrite(number, at: start)
      {
        position = changed
      } else {
        position = try copy(message.bytes, to: start)
      }
      let headSize = message.body.lowerBound - message.bytes.lowerBound
      moved[message.bytes.lowerBound] = (start, position - start - headSize)
    }
    let end = arrow.messages.last?.bytes.upperBound ?? 0
    guard var footer = arrow.footer else {
      // The mark of the end, if there is one.
      _ = try copy(end..<arrow.file.size, to: position)
      return
    }
    position = try copy(end..<footer.range.lowerBound, to: position)
    try footer.move(moved)
    try output.write(footer.bytes, at: position)
    _ = try copy(footer.range.upperBound..<arrow.file.size, to: position + footer.bytes.count)
  }

  /// Copies a part of the source; returns the end of the copy.
  private func copy(_ part: Range<Int>, to start: Int) throws -> Int {
    var position = part.lowerBound
    while position < part.upperBound {
      let bytes = try shard.file.bytes(
        at: position, count: min(part.upperBound - position, 1 << 20))
      try output.write(bytes, at: start + position - part.lowerBound)
      position += bytes.count
    }
    return start + part.count
  }

  /// Writes a batch with changes; returns its end, or nil if nothing in it changes.
  private func rewrite(_ number: Int, at start: Int) throws -> Int? {
    let rows = shard.starts[number]..<shard.starts[number + 1]
    let (changes, first, batch) = (changes, rows.lowerBound, shard.batches[number])
    func local(_ set: some Sequence<Int>) -> Set<Int> {
      Set(set.lazy.filter(rows.contains).map { $0 - first })
    }
    var edits: [[Int]: ArrowEdit] = [:]
    edits[[shard.image.column] + shard.image.part] = ArrowEdit(rows: local(changes.images)) {
      row, _ in try changes.image(first + row)
    }
    if !shard.image.part.isEmpty, let path = shard.arrow.fields[shard.image.column].pathPart {
      edits[[shard.image.column, path]] = ArrowEdit(rows: local(changes.kinds.keys)) { row, old in
        old.map { changes.path(of: first + row, old: $0) }
      }
    }
    if let label = shard.label {
      edits[[label]] = try labelEdit(of: label, batch, rows: local(changes.labels.keys), first)
    }
    edits = edits.filter { !$0.value.rows.isEmpty }
    let removed = local(changes.removed)
    if edits.isEmpty && removed.isEmpty { return nil }
    var writer = ArrowBatchWriter(batch, of: shard.file, edits: edits, to: output, at: start)
    return try writer.write(removing: removed)
  }

  private func labelEdit(
    of column: Int, _ batch: ArrowBatch, rows: Set<Int>, _ first: Int
  ) throws -> ArrowEdit {
    let (field, changes) = (shard.arrow.fields[column], changes)
    guard field.dictionary != nil, !rows.isEmpty else {
      return ArrowEdit(rows: rows) { row, _ in
        try field.bytes(of: changes.labels[first + row] ?? .null)
      }
    }
    let dictionary = try shard.dictionary(of: field, for: batch)
    return ArrowEdit(rows: rows) { row, _ in
      let label = changes.labels[first + row] ?? .null
      guard label != .null else { return nil }
      guard let index = dictionary.firstIndex(of: label) else {
        throw TableFailure(reason: "a dictionary of column '\(field.name)' lacks the new label")
      }
      return try field.bytes(of: .number(index))
    }
  }
}

/// What a copy of a batch changes in an array, by row.
struct ArrowEdit {
  let rows: Set<Int>
  /// The new value of a changed row; nil is null.
  let value: (_ row: Int, _ old: ArraySlice<UInt8>?) throws -> [UInt8]?
}

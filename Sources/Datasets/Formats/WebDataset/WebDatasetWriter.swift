import Support

/// Writes shards anew: members that stay are copied with their headers, in their order.
final class WebDatasetWriter: EncodedRecordWriter {
  private let source: WebDatasetRecords
  private let directory: FileName
  private let staging: FileName
  private var replaced: Set<Int> = []
  private var kinds: [Int: String] = [:]
  private var labels: [Int: Int32] = [:]

  init(source: WebDatasetRecords, directory: FileName) throws {
    self.source = source
    self.directory = directory
    staging = directory / FileName(".staging")
    try Directory.make(staging)
  }

  func replace(_ record: Int, contents: [UInt8]?, kind: String?, label: Int32?) throws {
    if let label, label != source.labels[record] {
      guard source.labels[record] != ImageDataset.unlabelled else {
        throw FileError.unwritable(
          path: source.archives[source.places[record].archive].path,
          reason: "the sample \(source.name(of: record)) has no label that could be changed")
      }
      labels[record] = label
    }
    guard let contents else { return }
    replaced.insert(record)
    if let kind { kinds[record] = kind }
    try RandomAccessFile.write(contents, to: stagedPath(record))
  }

  func finish(removing removed: Set<Int>) throws -> [String] {
    for (number, archive) in source.archives.enumerated() {
      try write(archive, number, removing: removed)
    }
    Directory.delete(staging)
    let kept = source.places.indices.filter { !removed.contains($0) }
    var names = [String](repeating: "", count: source.places.count)
    let keys = FileTreeRecords.uniqueNames(kept.map { source.places[$0].sample.key })
    for (record, name) in zip(kept, keys) { names[record] = name.description }
    return names
  }

  private func write(_ archive: TarArchive, _ number: Int, removing removed: Set<Int>) throws {
    // By where a member begins: what takes its place, nothing if it goes.
    var changes: [Int: () throws -> [UInt8]] = [:]
    for (record, place) in source.places.enumerated() where place.archive == number {
      let fields = place.sample.fields
      if removed.contains(record) {
        for field in fields { changes[field.member.range.lowerBound] = { [] } }
        continue
      }
      if let position = place.image, replaced.contains(record) {
        let member = fields[position].member
        let name = kinds[record].map { member.name.withKind($0) } ?? member.name
        let path = stagedPath(record)
        changes[member.range.lowerBound] = {
          try archive.member(member, name: name, contents: try RandomAccessFile.contents(path))
        }
      }
      if let position = place.label, let label = labels[record] {
        let field = fields[position]
        changes[field.member.range.lowerBound] = { [source] in
          let contents = try WebDatasetLabel.changed(
            try archive.contents(of: field.member), suffix: field.suffix,
            key: source.options.labelColumn, to: label, classNames: source.classNames)
          return try archive.member(field.member, name: field.member.name, contents: contents)
        }
      }
    }
    let path = directory / archive.source.path.lastComponent
    if changes.isEmpty {
      try archive.source.copy(to: path)
    } else if archive.isPacked {
      try GzipFile.pack(try TemporaryFile.make { try Self.fill($0, archive, changes) }, to: path)
    } else {
      try Self.fill(AppendOnlyFile(try RandomAccessFile(path, .create)), archive, changes)
    }
  }

  private static func fill(
    _ output: AppendOnlyFile, _ archive: TarArchive, _ changes: [Int: () throws -> [UInt8]]
  ) throws {
    for member in archive.members {
      if let change = changes[member.range.lowerBound] {
        try output.append(try change())
      } else {
        try output.append(archive.file, member.range)
      }
    }
    // The end as it was: none, or two blocks of zeros, perhaps up to a whole record.
    guard archive.end < archive.file.size else { return }
    let record = 10_240
    let end = output.count + 2 * TarHeader.size
    let size = archive.file.size % record == 0 ? (end + record - 1) / record * record : end
    try output.append([UInt8](repeating: 0, count: size - output.count))
  }

  private func stagedPath(_ record: Int) -> FileName { staging / FileName("\(record)") }
}

import Support

/// Writes a changed copy of a tree of files: records and all else in it.
final class FileTreeRecordWriter: EncodedRecordWriter {
  private let source: FileTreeRecords
  private let writer: any FileTreeWriter
  private let staging: FileName
  private var changes: RecordChanges
  private var copied: Set<FileName> = []

  init(source: FileTreeRecords, directory: FileName) throws {
    self.source = source
    writer = try source.tree.makeWriter(in: directory)
    changes = RecordChanges(labels: source.labels)
    staging = directory / FileName(".staging")
    try Directory.make(staging)
  }

  func replace(_ record: Int, contents: [UInt8]?, kind: String?, label: Int32?) throws {
    if let label { changes.labels[record] = label }
    guard let contents else { return }
    changes.replaced.insert(record)
    if let kind, kind != source.files[record].kind { changes.kinds[record] = kind }
    try RandomAccessFile.write(contents, to: stagedPath(record))
  }

  func copy(_ record: Int) throws {
    guard source.labelling.keepsNames else { return }
    let name = source.files[record]
    guard copied.insert(name).inserted else { return }
    try writer.copy(name, to: name)
  }

  func finish(removing removed: Set<Int>) throws -> [String] {
    changes.removed = removed
    var plan = try source.labelling.plan(changes)
    for folder in source.tree.listing.folders where !folder.name.bytes.isEmpty {
      try writer.makeFolder(folder.name)
    }
    var records: [FileName: [Int]] = [:]
    for (record, file) in source.files.enumerated() { records[file, default: []].append(record) }
    var written = copied
    for file in source.tree.listing.files {
      if let text = plan.texts.removeValue(forKey: file) {
        try writer.write(text, to: file)
        continue
      }
      guard let records = records[file] else {
        try writer.copy(file, to: file)
        continue
      }
      for record in records where !removed.contains(record) {
        guard written.insert(plan.names[record]).inserted else { continue }
        if changes.replaced.contains(record) {
          try writer.replace(file, by: stagedPath(record), to: plan.names[record])
        } else {
          try writer.copy(file, to: plan.names[record])
        }
      }
    }
    for (name, text) in plan.texts.sorted(by: { $0.key < $1.key }) {
      try writer.write(text, to: name)
    }
    try writer.finish()
    Directory.delete(staging)
    let kept = plan.names.indices.filter { !removed.contains($0) }
    var names = [String](repeating: "", count: plan.names.count)
    let relative = kept.map { plan.names[$0].relative(to: source.base) }
    for (record, name) in zip(kept, FileTreeRecords.uniqueNames(relative)) {
      names[record] = name.description
    }
    return names
  }

  private func stagedPath(_ record: Int) -> FileName { staging / FileName("\(record)") }
}

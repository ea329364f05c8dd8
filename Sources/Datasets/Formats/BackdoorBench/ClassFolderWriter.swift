import Support

/// Writes samples as files `CLASS/INDEX.png`; those that stay and are files keep their bytes.
final class ClassFolderWriter: SampleWriter {
  private let source: BackdoorBenchDataset
  private let directory: FileName
  private let staging: FileName
  private let folders: [FileName]
  private var labels: [Int: Int32] = [:]
  private var replaced: Set<Int> = []

  init(source: BackdoorBenchDataset, directory: FileName) throws {
    self.source = source
    self.directory = directory
    staging = directory / FileName(".staging")
    try Directory.make(staging)
    let names = source.classNames.map { FileName(escaped: $0) }
    let areFolders = names.allSatisfy { name in
      name.isPlainRelativePath && !name.bytes.contains(UInt8(ascii: "/"))
    }
    folders =
      areFolders && Set(names).count == names.count
      ? names : names.indices.map { FileName("\($0)") }
  }

  func replace(_ record: Int, image: RasterImage?, label: Int32?) throws {
    if let label { labels[record] = label }
    guard let image else { return }
    replaced.insert(record)
    try RandomAccessFile.write(
      try PNG.encode(image), to: staging / FileName("\(record)"))
  }

  func finish(removing removed: Set<Int>) throws -> [String] {
    for folder in folders { try Directory.make(directory / folder) }
    let names = try source.places.indices.map { record -> String in
      let label = labels[record] ?? source.labels[record]
      guard !removed.contains(record), folders.indices.contains(Int(label)) else { return "" }
      let stem = folders[Int(label)] / source.name(of: record)
      if replaced.contains(record) {
        let name = FileName(bytes: stem.bytes + Array(".png".utf8))
        try (staging / FileName("\(record)")).rename(to: directory / name)
        return name.description
      }
      guard source.problem(of: record) == nil else { return "" }
      let (contents, kind) =
        try source.file(of: record)
        ?? (PNG.encode(try source.image(of: record, channels: nil)), "png")
      let name = FileName(bytes: stem.bytes + Array(".\(kind)".utf8))
      try RandomAccessFile(directory / name, .create).write(contents, at: 0)
      return name.description
    }
    Directory.delete(staging)
    return names
  }
}

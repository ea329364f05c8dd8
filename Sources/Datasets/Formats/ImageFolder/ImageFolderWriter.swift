import Support

/// Writes a changed copy of an image folder, and `metadata.jsonl` that lists every file's label.
///
/// A sample that changes its class moves to `newclass/name.png`. If that name is in use there, it
/// becomes `newclass/oldclass-name.png`, then `newclass/oldclass-2-name.png` and so on. Names
/// depend on the changes alone, not on the order in which they are made.
///
/// Files that stay are copied byte for byte, but decoded once on the way, so that no output holds
/// an image that cannot be read.
final class ImageFolderWriter: SampleWriter {
  private let source: ImageFolderDataset
  private let directory: FileName
  private let staging: FileName
  private var staged: Set<Int> = []
  private var copied: Set<Int> = []
  private var labels: [Int: Int32] = [:]
  /// Folders that are there.
  private var made: Set<FileName> = []

  init(source: ImageFolderDataset, directory: FileName) throws {
    self.source = source
    self.directory = directory
    staging = directory / FileName(".staging")
    try Directory.make(staging)
  }

  func replace(_ index: Int, image: [UInt8]?, label: Int32?) throws {
    if let label { labels[index] = label }
    if let image {
      let codec = ImageFolderDataset.codec(of: source.records.files[index])
      let bytes = try codec.encode(RasterImage(shape: source.shape, pixels: image))
      try RandomAccessFile.write(bytes, to: stagedPath(index))
      staged.insert(index)
    }
  }

  func copy(_ index: Int) throws {
    // A sample that keeps its class keeps its name, whatever the others do.
    try copy(index, to: source.records.files[index])
    copied.insert(index)
  }

  private func copy(_ index: Int, to name: FileName) throws {
    let bytes = try source.contents(of: index)
    try source.decode(bytes, name: source.records.files[index])
    try RandomAccessFile(try path(name), .create).write(bytes, at: 0)
  }

  func finish(removing removed: Set<Int>) throws -> [String] {
    let names = newNames()
    for name in source.classNames {
      try Directory.make(directory / FileName(escaped: name))
    }
    for (index, name) in names.enumerated()
    where !removed.contains(index) && !copied.contains(index) {
      if staged.contains(index) {
        try stagedPath(index).rename(to: try path(name))
      } else {
        try copy(index, to: name)
      }
    }
    Directory.delete(staging)
    let texts = names.enumerated().map { removed.contains($0) ? "" : $1.description }
    try writeMetadata(texts)
    return texts
  }

  /// The path of a name, its folder made if it is not there.
  private func path(_ name: FileName) throws -> FileName {
    if made.insert(name.parent).inserted { try Directory.make(directory / name.parent) }
    return directory / name
  }

  private func stagedPath(_ index: Int) -> FileName { staging / FileName("\(index)") }

  private func label(_ index: Int) -> Int32 { labels[index] ?? source.records.labels[index] }

  /// Names in the copy: those that stay first, then those that move, in the order of samples.
  private func newNames() -> [FileName] {
    var names = source.records.files
    let moved = names.indices.filter { label($0) != source.records.labels[$0] }
    guard !moved.isEmpty else { return names }
    var taken = Set(names)
    for index in moved { taken.remove(names[index]) }
    for index in moved {
      let old = names[index].firstComponent
      let target = FileName(escaped: source.classNames[Int(label(index))])
      let inner = FileName(bytes: names[index].bytes.dropFirst(old.bytes.count + 1))
      var name = target / inner
      var attempt = 1
      while !taken.insert(name).inserted {
        let number = attempt == 1 ? "-" : "-\(attempt)-"
        let last = FileName(bytes: old.bytes + number.utf8 + inner.lastComponent.bytes)
        name = (target / inner).parent / last
        attempt += 1
      }
      names[index] = name
    }
    return names
  }

  /// One JSON object a line: `file_name`, `label`, `class`.
  private func writeMetadata(_ names: [String]) throws {
    struct Row: Encodable {
      let file_name: String
      let label: Int32
      let `class`: String
    }
    var lines: [UInt8] = []
    for (index, name) in names.enumerated() where !name.isEmpty {
      let label = label(index)
      let row = Row(file_name: name, label: label, class: source.classNames[Int(label)])
      lines += Array("\(try JSONText.line(row))\n".utf8)
    }
    try RandomAccessFile.write(lines, to: directory / FileName("metadata.jsonl"))
  }
}

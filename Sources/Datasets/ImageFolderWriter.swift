import Foundation

/// Writes a changed copy of an image folder, and `metadata.jsonl` that lists every file's label.
///
/// A sample that changes its class moves to `newclass/name.png`. If that name is in use there, it
/// becomes `newclass/oldclass-name.png`, then `newclass/oldclass-2-name.png` and so on. Names depend
/// on the changes alone, not on the order in which they are made.
final class ImageFolderWriter: SampleWriter {
  private let source: ImageFolder
  private let directory: String
  private let staging: String
  private var staged: Set<Int> = []
  private var copied: Set<Int> = []
  private var labels: [Int: Int32] = [:]

  init(source: ImageFolder, directory: String) throws {
    self.source = source
    self.directory = directory
    staging = directory + "/.staging"
    try TextFile.makeFolder(staging)
  }

  func replace(_ index: Int, image: [UInt8]?, label: Int32?) throws {
    if let label { labels[index] = label }
    if let image {
      try PNG.write(RasterImage(shape: source.shape, pixels: image), to: stagedPath(index))
      staged.insert(index)
    }
  }

  func copy(_ index: Int) throws {
    // A sample that keeps its class keeps its name, whatever the others do.
    try copy(index, to: directory + "/" + source.names[index])
    copied.insert(index)
  }

  private func copy(_ index: Int, to target: String) throws {
    try TextFile.makeFolder(target.parentFolder)
    try BinaryFile.copy(source.root + "/" + source.names[index], to: target)
  }

  func finish(removing removed: Set<Int>) throws -> [String] {
    var names = newNames()
    for sample in removed { names[sample] = "" }
    for folder in source.classNames { try TextFile.makeFolder(directory + "/" + folder) }
    for (index, name) in names.enumerated() where !name.isEmpty && !copied.contains(index) {
      let target = directory + "/" + name
      if staged.contains(index) {
        try TextFile.makeFolder(target.parentFolder)
        guard rename(stagedPath(index), target) == 0 else {
          throw DatasetError.unwritable(path: target, reason: String(cString: strerror(errno)))
        }
      } else {
        try copy(index, to: target)
      }
    }
    try? FileManager.default.removeItem(atPath: staging)
    try writeMetadata(names)
    return names
  }

  private func stagedPath(_ index: Int) -> String { "\(staging)/\(index).png" }

  private func label(_ index: Int) -> Int32 { labels[index] ?? source.labels[index] }

  /// Names in the copy: those that stay first, then those that move, in the order of samples.
  private func newNames() -> [String] {
    var names = source.names
    let moved = names.indices.filter { label($0) != source.labels[$0] }
    var taken = Set(names)
    for index in moved { taken.remove(names[index]) }
    for index in moved {
      let parts = names[index].split(separator: "/", maxSplits: 1)
      let target = source.classNames[Int(label(index))]
      let inner = String(parts[1]) as NSString
      var name = "\(target)/\(inner)"
      var attempt = 1
      while !taken.insert(name).inserted {
        let prefix = attempt == 1 ? "\(parts[0])-" : "\(parts[0])-\(attempt)-"
        let folder = inner.deletingLastPathComponent
        let inserted = prefix + inner.lastPathComponent
        name = target + "/" + (folder.isEmpty ? inserted : "\(folder)/\(inserted)")
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
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var lines = Data()
    for (index, name) in names.enumerated() where !name.isEmpty {
      let label = label(index)
      lines += try encoder.encode(
        Row(file_name: name, label: label, class: source.classNames[Int(label)]))
      lines.append(UInt8(ascii: "\n"))
    }
    try TextFile.write(Array(lines), to: directory + "/metadata.jsonl")
  }
}

import Support

/// Collects changes in copies of the arrays, and lets each part write itself.
final class ArrayWriter: SampleWriter {
  private let source: ArrayDataset
  private let directory: FileName
  private var changes: [ArrayChange]

  init(source: ArrayDataset, directory: FileName) {
    self.source = source
    self.directory = directory
    changes = source.parts.map { _ in ArrayChange() }
  }

  func replace(_ record: Int, image: RasterImage?, label: Int32?) throws {
    let (file, row) = source.records.locate(record)
    if let label, label != source.records.labels[record] { changes[file].labels[row] = label }
    guard let image else { return }
    let pixels = source.parts[file].pixels
    let copy = try changes[file].pixels ?? pixels.array.copied()
    changes[file].pixels = copy
    let bytes = pixels.replacing(try pixels.array.bytes(of: row), by: image.pixels)
    try copy.file.write(bytes, at: copy.offset + row * copy.rowSize)
  }

  func finish(removing removed: Set<Int>) throws -> [String] {
    for (file, part) in source.parts.enumerated() {
      let range = source.records.records(of: file)
      let kept = range.filter { !removed.contains($0) }.map { $0 - range.lowerBound }
      if kept.count < range.count { changes[file].kept = kept }
      try part.write(in: directory, changes[file])
    }
    for file in source.sidecars {
      try RandomAccessFile.copy(file, to: directory / file.lastComponent)
    }
    return source.records.names(removing: removed)
  }
}

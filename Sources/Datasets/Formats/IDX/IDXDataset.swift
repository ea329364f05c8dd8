import Support

/// One-channel images and labels in IDX files: a big-endian header, then one byte per element.
struct IDXDataset: PlainRecords {
  let shape: ImageShape
  let classNames: [String]
  let records: RecordTable
  let images: FixedSizeRecords
  let labels: FixedSizeRecords

  var format: ImageDataset.Format { .idx }

  func readImage(_ index: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    try images.file.read(
      at: images.position(of: index), into: UnsafeMutableRawBufferPointer(pixels))
  }

  func storedLabels() throws -> [Int32] {
    try labels.file.bytes(at: labels.header, count: records.labels.count).map { Int32($0) }
  }

  func addContents(to hash: inout SHA256) throws {
    for part in [images, labels] {
      try hash.add(part.file, name: part.file.path.lastComponent)
    }
  }

  func makeWriter(in directory: FileName) throws -> any SampleWriter {
    IDXWriter(
      records: records, images: try images.copied(to: directory),
      labels: try labels.copied(to: directory))
  }
}

/// Overwrites images and labels in copies of IDX files.
private final class IDXWriter: SampleWriter {
  private let records: RecordTable
  private let images: FixedSizeRecords
  private let labels: FixedSizeRecords

  init(records: RecordTable, images: FixedSizeRecords, labels: FixedSizeRecords) {
    self.records = records
    self.images = images
    self.labels = labels
  }

  func replace(_ index: Int, image: RasterImage?, label: Int32?) throws {
    if let image { try images.file.write(image.pixels, at: images.position(of: index)) }
    if let label { try labels.file.write([UInt8(label)], at: labels.position(of: index)) }
  }

  func finish(removing removed: Set<Int>) throws -> [String] {
    if !removed.isEmpty {
      let kept = records.labels.indices.filter { !removed.contains($0) }
      let count = withUnsafeBytes(of: UInt32(kept.count).bigEndian) { Array($0) }
      for part in [images, labels] {
        try part.keep(only: kept)
        try part.file.write(count, at: 4)
      }
    }
    return records.names(removing: removed)
  }
}

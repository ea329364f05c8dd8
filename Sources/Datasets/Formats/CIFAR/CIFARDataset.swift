import Support

/// CIFAR binary files: records of a label (CIFAR-100: coarse, fine) and 1024 bytes each of R, G, B.
struct CIFARDataset: PlainRecords {
  static let imageShape = ImageShape(height: 32, width: 32, channels: 3)
  private static let plane = 1024

  let format: ImageDataset.Format
  let classNames: [String]
  let records: RecordTable
  let batches: [FixedSizeRecords]
  /// CIFAR-100: the coarse label of each fine one.
  let coarseLabels: [UInt8]?
  let sidecarFiles: [FileName]

  var shape: ImageShape { Self.imageShape }
  /// Bytes of a record before its image.
  var labelBytes: Int { coarseLabels == nil ? 1 : 2 }

  func readImage(_ index: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    let (file, record) = records.locate(index)
    let position = batches[file].position(of: record) + labelBytes
    let planes = try batches[file].file.bytes(at: position, count: 3 * Self.plane)
    for pixel in 0..<Self.plane {
      for channel in 0..<3 { pixels[pixel * 3 + channel] = planes[channel * Self.plane + pixel] }
    }
  }

  /// An image `[H, W, C]` as it is stored, `[C, H, W]`.
  static func planes(_ image: [UInt8]) -> [UInt8] {
    image.indices.map { image[$0 % plane * 3 + $0 / plane] }
  }

  func storedLabels() throws -> [Int32] {
    try records.labels.indices.map { index in
      let (file, record) = records.locate(index)
      let position = batches[file].position(of: record) + labelBytes - 1
      return Int32(try batches[file].file.bytes(at: position, count: 1)[0])
    }
  }

  func addContents(to hash: inout SHA256) throws {
    for (batch, name) in zip(batches, records.files) { try hash.add(batch.file, name: name) }
  }

  func makeWriter(in directory: FileName) throws -> any SampleWriter {
    for file in sidecarFiles {
      try RandomAccessFile.copy(file, to: directory / file.lastComponent)
    }
    return CIFARWriter(source: self, copies: try batches.map { try $0.copied(to: directory) })
  }
}

/// Overwrites records in copies of CIFAR binary files.
private final class CIFARWriter: SampleWriter {
  private let source: CIFARDataset
  private let copies: [FixedSizeRecords]

  init(source: CIFARDataset, copies: [FixedSizeRecords]) {
    self.source = source
    self.copies = copies
  }

  func replace(_ index: Int, image: RasterImage?, label: Int32?) throws {
    let (file, record) = source.records.locate(index)
    let position = copies[file].position(of: record)
    if let label {
      let coarse = source.coarseLabels.map { [$0[Int(label)]] } ?? []
      try copies[file].file.write(coarse + [UInt8(label)], at: position)
    }
    if let image {
      try copies[file].file.write(
        CIFARDataset.planes(image.pixels), at: position + source.labelBytes)
    }
  }

  func finish(removing removed: Set<Int>) throws -> [String] {
    for (file, copy) in copies.enumerated() {
      let range = source.records.records(of: file)
      let kept = range.filter { !removed.contains($0) }.map { $0 - range.lowerBound }
      if kept.count < range.count { try copy.keep(only: kept) }
    }
    return source.records.names(removing: removed)
  }
}

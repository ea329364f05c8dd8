import Foundation

/// CIFAR binary files: records of a label (CIFAR-100: coarse, fine) and 1024 bytes each of R, G, B.
struct CIFARBatches: SampleStorage {
  static let shape = ImageShape(height: 32, width: 32, channels: 3)

  struct Batch: Sendable {
    let file: BinaryFile
    /// Index of its first sample in the dataset.
    let start: Int
    let count: Int
  }

  let batches: [Batch]
  /// 1, or 2 with a coarse label first.
  let labelBytes: Int
  /// CIFAR-100: the coarse label of each fine one.
  let coarseLabels: [UInt8]
  /// Files that belong to the layout and are copied as they are.
  let companions: [String]

  var recordSize: Int { labelBytes + Self.shape.byteCount }

  /// The batch of a sample and the position of its record.
  func locate(_ index: Int) -> (batch: Batch, position: Int) {
    for batch in batches where index < batch.start + batch.count {
      return (batch, (index - batch.start) * recordSize)
    }
    preconditionFailure("CIFARBatches: sample \(index) is out of range")
  }

  func readImage(_ index: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    let (batch, position) = locate(index)
    let plane = 1024
    let planes = try batch.file.bytes(at: position + labelBytes, count: 3 * plane)
    for pixel in 0..<plane {
      for channel in 0..<3 { pixels[pixel * 3 + channel] = planes[channel * plane + pixel] }
    }
  }

  func name(of index: Int) -> String {
    let batch = locate(index).batch
    return "\(batch.file.path.lastPathComponent)#\(index - batch.start)"
  }

  func addContents(to hash: inout ContentHash) throws {
    for batch in batches {
      hash.add(batch.file.path.lastPathComponent)
      try batch.file.forEachBlock { _, bytes in hash.add(bytes) }
    }
  }

  func makeWriter(in directory: String) throws -> any SampleWriter {
    for companion in companions {
      try BinaryFile.copy(companion, to: directory + "/" + companion.lastPathComponent)
    }
    var copies: [BinaryFile] = []
    for batch in batches {
      let copy = directory + "/" + batch.file.path.lastPathComponent
      try BinaryFile.copy(batch.file.path, to: copy)
      copies.append(try BinaryFile(copy, updating: true))
    }
    return CIFARWriter(source: self, copies: copies)
  }
}

/// Overwrites records in copies of CIFAR binary files.
private final class CIFARWriter: SampleWriter {
  let source: CIFARBatches
  let copies: [BinaryFile]

  init(source: CIFARBatches, copies: [BinaryFile]) {
    self.source = source
    self.copies = copies
  }

  func replace(_ index: Int, image: [UInt8]?, label: Int32?) throws {
    let (batch, position) = source.locate(index)
    guard
      let file = copies.first(where: {
        $0.path.lastPathComponent == batch.file.path.lastPathComponent
      })
    else { preconditionFailure("CIFARWriter: no copy of \(batch.file.path)") }
    if let label {
      let fine = UInt8(label)
      let bytes = source.labelBytes == 2 ? [source.coarseLabels[Int(label)], fine] : [fine]
      try file.write(bytes, at: position)
    }
    if let image {
      let planes = (0..<image.count).map { image[$0 % 1024 * 3 + $0 / 1024] }
      try file.write(planes, at: position + source.labelBytes)
    }
  }

  func finish(removing removed: Set<Int>) throws -> [String] {
    var names: [String] = []
    for (batch, copy) in zip(source.batches, copies) {
      let kept = (0..<batch.count).filter { !removed.contains(batch.start + $0) }
      if kept.count < batch.count {
        try copy.compact(header: 0, recordSize: source.recordSize, keeping: kept)
      }
      names += keptNames(count: batch.count, kept: kept, of: copy.path.lastPathComponent)
    }
    return names
  }
}

/// `NAME#place` by record for those kept, which close up; empty names for the others.
func keptNames(count: Int, kept: [Int], of file: String) -> [String] {
  var names = [String](repeating: "", count: count)
  for (place, record) in kept.enumerated() { names[record] = "\(file)#\(place)" }
  return names
}

extension String {
  /// What follows the last slash.
  var lastPathComponent: String { (self as NSString).lastPathComponent }
  /// What precedes the last slash; `.` if there is none.
  var parentFolder: String {
    let parent = (self as NSString).deletingLastPathComponent
    return parent.isEmpty ? "." : parent
  }
}

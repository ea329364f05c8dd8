import Support

/// Images of one size in arrays of numbers, in one file or several.
struct ArrayDataset: PlainRecords {
  let format: ImageDataset.Format
  let shape: ImageShape
  let classNames: [String]
  let records: RecordTable
  let parts: [any ArrayPart]
  /// Files that belong to the layout and are copied as they are.
  let sidecars: [FileName]

  /// - Throws: `FileError.damaged` unless the images of all parts have one shape.
  init(
    _ format: ImageDataset.Format, parts: [any ArrayPart], classNames: [String],
    sidecars: [FileName] = []
  ) throws {
    self.format = format
    self.parts = parts
    self.classNames = classNames
    self.sidecars = sidecars
    guard let first = parts.first else {
      preconditionFailure("ArrayDataset: no parts")
    }
    shape = first.pixels.shape
    var records = RecordTable()
    for part in parts {
      guard part.pixels.shape == shape else {
        throw FileError.damaged(
          path: part.pixels.array.path,
          reason: "its images are \(part.pixels.shape), those of \(first.name) are \(shape)",
          advice: "give files that belong together")
      }
      records.append(part.name, labels: part.labels)
    }
    self.records = records
  }

  func readImage(_ record: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    let (file, row) = records.locate(record)
    try parts[file].pixels.read(row, into: pixels)
  }

  func storedLabels() throws -> [Int32] { try parts.flatMap { try $0.storedLabels() } }

  func addContents(to hash: inout SHA256) throws {
    for part in parts {
      for source in part.sources {
        try hash.add(source, name: source.path.lastComponent)
      }
    }
  }

  func makeWriter(in directory: FileName) throws -> any SampleWriter {
    ArrayWriter(source: self, directory: directory)
  }
}

/// A file, or several that belong together, with images and labels in arrays.
protocol ArrayPart: Sendable {
  /// What the names of its records begin with.
  var name: FileName { get }
  var pixels: PixelArray { get }
  /// By row; `ImageDataset.unlabelled` where none is stated.
  var labels: [Int32] { get }
  /// The files as they lie on disk.
  var sources: [RandomAccessFile] { get }

  /// The labels as they are stored now.
  func storedLabels() throws -> [Int32]
  /// Writes the part into a directory, its files byte for byte where nothing in them changes.
  func write(in directory: FileName, _ change: ArrayChange) throws
}

/// What a copy changes of a part.
struct ArrayChange {
  /// All images, some of them new; nil if none is.
  var pixels: NumberArray?
  /// New labels, by row.
  var labels: [Int: Int32] = [:]
  /// Rows that stay, ascending; nil for all.
  var kept: [Int]?

  var isEmpty: Bool { pixels == nil && labels.isEmpty && kept == nil }
}

/// Collects changes in copies of the arrays, and lets each part write itself.
private final class ArrayWriter: SampleWriter {
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

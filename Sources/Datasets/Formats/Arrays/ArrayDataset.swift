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

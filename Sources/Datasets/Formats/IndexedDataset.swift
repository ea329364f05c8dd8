import Support

/// A dataset whose records are known, and whose images are decoded as they are asked for.
protocol IndexedDataset: Sendable {
  var format: ImageDataset.Format { get }
  var shape: ImageShape { get }
  /// By label; digits where the layout has no names.
  var classNames: [String] { get }
  var records: RecordTable { get }
  /// Whether images are stored as bytes without a code, so that every image can be read.
  var holdsPlainBytes: Bool { get }

  /// Writes image `index` as bytes `[H, W, C]`; safe from several threads.
  func readImage(_ index: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws
  /// The labels of all records as they are stored now.
  func storedLabels() throws -> [Int32]
  /// Adds names, labels and pixels.
  func addContents(to hash: inout SHA256) throws
  /// A writer of the same layout into an existing empty directory.
  func makeWriter(in directory: FileName) throws -> any SampleWriter
}

extension SHA256 {
  /// Adds a file's name, size and bytes.
  mutating func add(_ file: RandomAccessFile, name: FileName) throws {
    add(name)
    add(String(file.size))
    try file.forEachBlock { _, bytes in add(bytes) }
  }
}

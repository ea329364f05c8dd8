import Support

/// A dataset whose records are known, and whose images are decoded as they are asked for.
protocol IndexedDataset: Sendable {
  var format: ImageDataset.Format { get }
  /// By label; digits where the layout has no names.
  var classNames: [String] { get }
  /// By record; `ImageDataset.unlabelled` where none is stated.
  var labels: [Int32] { get }
  /// What lies in the dataset's place and is no record, and why.
  var ignored: [IgnoredEntry] { get }
  /// What decodes the images, with versions.
  var decoders: [String] { get }
  /// Whether images are stored as bytes without a code, so that every image can be read.
  var holdsPlainBytes: Bool { get }

  /// Folders and images that lie directly in the folder of a copy, whose names the data chose.
  var namesInCopy: Set<FileName> { get }

  /// Unique in the dataset.
  func name(of record: Int) -> FileName
  /// Why a record has no image, as far as names and headers tell; nil if it has one.
  func problem(of record: Int) -> String?
  /// The shape of a record's image, by its header; of a record without one, `nil`.
  func shape(of record: Int) -> ImageShape?
  /// The image of a record at its own size; safe from several threads.
  ///
  /// - Parameter channels: 3 for color whatever is stored; nil for as many as there are.
  func image(of record: Int, channels: Int?) throws -> RasterImage
  /// The labels of all records as they are stored now.
  func storedLabels() throws -> [Int32]
  /// Adds names, labels and pixels.
  func addContents(to hash: inout SHA256) throws
  /// A writer of the same layout into an existing empty directory.
  func makeWriter(
    in directory: FileName, options: WritingOptions
  ) throws -> any SampleWriter
}

extension IndexedDataset {
  var ignored: [IgnoredEntry] { [] }
  var decoders: [String] { [] }
  var namesInCopy: Set<FileName> { [] }
}

extension SHA256 {
  /// Adds a file's name, size and bytes.
  mutating func add(_ file: RandomAccessFile, name: FileName) throws {
    add(name)
    add(String(file.size))
    try file.forEachBlock { _, bytes in add(bytes) }
  }
}

import Support

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

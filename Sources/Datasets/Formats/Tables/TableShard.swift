import Support

/// A file with some of a table's rows: labels, image files, and other columns.
protocol TableShard: Sendable {
  /// Below the dataset's folder.
  var name: FileName { get }
  var file: RandomAccessFile { get }
  var columns: TableColumns { get }
  var rows: Int { get }
  /// Rows without an image, and why.
  var problems: [Int: String] { get }

  /// Adds the labels of all rows as they are stored now.
  ///
  /// This and the others throw `TableFailure` and `CompressionFailure`, too.
  func addLabels(to labels: inout LabelColumn) throws
  /// The bytes of a row's image file, or only so many of the first; safe from several threads.
  func contents(of row: Int, first count: Int?) throws -> [UInt8]
  /// Writes a changed copy, in which other rows and all else stay as they are.
  func write(to path: FileName, changes: TableChanges) throws
}

/// What a copy of a shard changes, by row.
struct TableChanges {
  var removed: Set<Int> = []
  var labels: [Int: StoredLabel] = [:]
  /// Rows with a new image file.
  var images: Set<Int> = []
  /// New endings of the names of image files.
  var kinds: [Int: String] = [:]
  /// The new image file of a row.
  let image: (_ row: Int) throws -> [UInt8]

  var isEmpty: Bool { removed.isEmpty && labels.isEmpty && images.isEmpty }

  /// The name of a row's image file in the copy, where the table has one.
  func path(of row: Int, old: some Collection<UInt8>) -> [UInt8] {
    guard let kind = kinds[row] else { return Array(old) }
    return FileName(bytes: old).withKind(kind).bytes
  }
}

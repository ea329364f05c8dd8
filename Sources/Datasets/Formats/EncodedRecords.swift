import Support

/// The records of a container that are image files: their names, labels and bytes.
///
/// What the bytes show, how large it is, and how a change of pixels gets into them is
/// `EncodedDataset`'s part.
package protocol EncodedRecords: Sendable {
  var format: ImageDataset.Format { get }
  /// By label; digits where the container has no names.
  var classNames: [String] { get }
  /// By record in the container's order; `ImageDataset.unlabelled` where none is stated.
  var labels: [Int32] { get }
  /// Whether the usual reader of such containers turns images by their EXIF orientation.
  var appliesOrientation: Bool { get }
  /// What lies in the container and is no record, and why.
  var ignored: [IgnoredEntry] { get }
  /// Folders and images that lie directly in the folder of a copy, whose names the data chose.
  var namesInCopy: Set<FileName> { get }

  /// Unique in the dataset: `class/name.png`, or the container's own key.
  func name(of record: Int) -> FileName
  /// Why a record has no image file at all, such as a null or a missing file; nil if it has one.
  func problem(of record: Int) -> String?
  /// The bytes of a record's image file, or only so many of the first; safe from several threads.
  func contents(of record: Int, first count: Int?) throws -> [UInt8]
  /// The labels of all records as they are stored now.
  func storedLabels() throws -> [Int32]
  /// Adds names, labels and image files, as they are stored now.
  func addContents(to hash: inout SHA256) throws
  /// A writer of the same container into an existing empty directory.
  func makeWriter(in directory: FileName) throws -> any EncodedRecordWriter
}

extension EncodedRecords {
  package var namesInCopy: Set<FileName> { [] }
}

/// Writes a changed copy of a container; records that stay, and all else in it, keep their bytes.
package protocol EncodedRecordWriter: AnyObject {
  /// Notes a record's new image file and label; nil keeps what there was.
  ///
  /// - Parameter kind: the ending for its name, such as `png`, if the kind of file is another.
  func replace(_ record: Int, contents: [UInt8]?, kind: String?, label: Int32?) throws
  /// Takes over a record that stays as it is, at once where that is possible; optional.
  func copy(_ record: Int) throws
  /// Completes the container; returns each record's name in the copy, empty if it was removed.
  func finish(removing removed: Set<Int>) throws -> [String]
}

extension EncodedRecordWriter {
  package func copy(_ record: Int) throws {}
}

/// Something in a dataset's place that is not one of its samples.
public struct IgnoredEntry: Sendable, Equatable, Codable {
  /// Its name below the dataset's path.
  public let name: String
  public let reason: String

  public init(name: FileName, reason: String) {
    self.name = name.description
    self.reason = reason
  }
}

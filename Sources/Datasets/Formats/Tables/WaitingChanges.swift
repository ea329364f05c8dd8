import Support

/// The changes of a container that is written as a whole at the end: new labels, and new image
/// files, which wait in a file of their own so that memory does not grow with them.
final class WaitingChanges {
  private struct Place {
    let position: Int
    let count: Int
    let kind: String?
  }

  private let path: FileName
  private var file: RandomAccessFile?
  private var end = 0
  private var places: [Int: Place] = [:]
  private(set) var labels: [Int: Int32] = [:]

  /// - Parameter directory: the output's, in which the waiting files lie for the time being.
  init(in directory: FileName) { path = directory / FileName(".waiting") }

  /// See `EncodedRecordWriter.replace`.
  func replace(_ record: Int, contents: [UInt8]?, kind: String?, label: Int32?) throws {
    if let label { labels[record] = label }
    guard let contents else { return }
    let file = try file ?? RandomAccessFile(path, .create)
    self.file = file
    try file.write(contents, at: end)
    places[record] = Place(position: end, count: contents.count, kind: kind)
    end += contents.count
  }

  func hasContents(_ record: Int) -> Bool { places[record] != nil }

  /// The new image file of a record; nil if it keeps its own.
  func contents(of record: Int) throws -> [UInt8]? {
    guard let file, let place = places[record] else { return nil }
    return try file.bytes(at: place.position, count: place.count)
  }

  /// The ending that a record's file name is to have, if it is to have another.
  func kind(of record: Int) -> String? { places[record]?.kind }

  /// Deletes what waited.
  func close() {
    file = nil
    Directory.delete(path)
  }
}

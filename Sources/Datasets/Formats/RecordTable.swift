import Support

/// The labels of a dataset's records, and where each one lies: in which file, and as which of the
/// records there.
struct RecordTable: Sendable {
  /// By record.
  private(set) var labels: [Int32] = []
  /// Below the dataset's directory, such as `data_batch_1.bin` or `class/name.png`.
  private(set) var files: [FileName] = []
  /// The first record of each file, and the end of the last.
  private var starts = [0]
  /// Whether each file is one record, and its name the record's.
  private let filesAreRecords: Bool

  /// Records that are files.
  init(files: [FileName], labels: [Int32]) {
    precondition(
      files.count == labels.count, "RecordTable: \(labels.count) labels of \(files.count) files")
    filesAreRecords = true
    self.files = files
    self.labels = labels
    starts = Array(0...files.count)
  }

  /// Records of files that hold many, to be appended.
  init() { filesAreRecords = false }

  /// Adds a file with the labels of its records.
  mutating func append(_ file: FileName, labels added: [Int32]) {
    files.append(file)
    labels += added
    starts.append(labels.count)
  }

  /// The number of a record's file, and of the record in it.
  func locate(_ index: Int) -> (file: Int, record: Int) {
    precondition(labels.indices.contains(index), "RecordTable: record \(index) of \(labels.count)")
    if filesAreRecords { return (index, 0) }
    guard let file = starts.lastIndex(where: { $0 <= index }) else { return (0, index) }
    return (file, index - starts[file])
  }

  /// A file's records.
  func records(of file: Int) -> Range<Int> { starts[file]..<starts[file + 1] }

  /// Unique in the dataset: `class/name.png`, `data_batch_1.bin:123`, or `123` of a file
  /// without a name.
  func name(of index: Int) -> FileName {
    let (file, record) = locate(index)
    return filesAreRecords ? files[file] : Self.name(files[file], record)
  }

  /// The names that records get where files close up behind removed ones, which have empty names.
  func names(removing removed: Set<Int>) -> [String] {
    files.indices.flatMap { file in
      var place = 0
      return records(of: file).map { index in
        if removed.contains(index) { return "" }
        defer { place += 1 }
        return Self.name(files[file], place).description
      }
    }
  }

  private static func name(_ file: FileName, _ record: Int) -> FileName {
    FileName(bytes: file.bytes.isEmpty ? Array("\(record)".utf8) : file.bytes + ":\(record)".utf8)
  }
}

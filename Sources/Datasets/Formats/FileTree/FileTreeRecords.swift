import Support

/// Images that are files of a tree, whose labels are kept as `labelling` knows.
struct FileTreeRecords: EncodedRecords {
  let format: ImageDataset.Format
  let tree: any FileTree
  let classNames: [String]
  /// By record, below the tree's root.
  let files: [FileName]
  let labels: [Int32]
  /// Why some records have no image.
  let problems: [Int: String]
  let ignored: [IgnoredEntry]
  let labelling: any TreeLabelling
  let appliesOrientation: Bool
  /// The folder that names of records begin in.
  let base: FileName
  private let names: [FileName]

  init(
    format: ImageDataset.Format, tree: any FileTree, classNames: [String], files: [FileName],
    labels: [Int32], problems: [Int: String], ignored: [IgnoredEntry],
    labelling: any TreeLabelling, appliesOrientation: Bool = false,
    base: FileName = FileName("")
  ) {
    self.format = format
    self.tree = tree
    self.classNames = classNames
    self.files = files
    self.labels = labels
    self.problems = problems
    self.ignored = ignored
    self.labelling = labelling
    self.appliesOrientation = appliesOrientation
    self.base = base
    names = Self.uniqueNames(files.map { $0.relative(to: base) })
  }

  var namesInCopy: Set<FileName> {
    guard !tree.isArchive else { return [] }
    return Set(tree.listing.folders.map(\.name).filter { !$0.bytes.isEmpty } + files)
      .filter { !$0.bytes.contains(UInt8(ascii: "/")) }
  }

  static func uniqueNames(_ files: [FileName]) -> [FileName] {
    var uses: [FileName: Int] = [:]
    return files.map { file in
      let count = uses[file, default: 0] + 1
      uses[file] = count
      return count == 1 ? file : FileName(bytes: file.bytes + Array("#\(count)".utf8))
    }
  }

  /// Its file, or `file#2` and so on if several records have that.
  func name(of record: Int) -> FileName { names[record] }

  func problem(of record: Int) -> String? { problems[record] }

  func contents(of record: Int, first count: Int?) throws -> [UInt8] {
    try tree.contents(of: files[record], first: count)
  }

  func storedLabels() throws -> [Int32] { try labelling.storedLabels() }

  func addContents(to hash: inout SHA256) throws {
    for (record, name) in names.enumerated() {
      hash.add(name)
      let bytes = problems[record] == nil ? try contents(of: record, first: nil) : []
      hash.add("\(labels[record]) \(bytes.count)")
      hash.add(bytes)
    }
  }

  func makeWriter(in directory: FileName) throws -> any EncodedRecordWriter {
    try FileTreeRecordWriter(source: self, directory: directory)
  }
}

/// Where a tree of files keeps the labels of its images, and what a copy with other labels is like.
protocol TreeLabelling: Sendable {
  /// Whether a record that does not change keeps its name, whatever becomes of the others.
  var keepsNames: Bool { get }
  /// The labels of all records as they are stored now.
  func storedLabels() throws -> [Int32]
  func plan(_ changes: RecordChanges) throws -> TreeCopyPlan
}

extension TreeLabelling {
  var keepsNames: Bool { true }
}

/// What a copy changes of the records of a tree.
struct RecordChanges {
  /// By record.
  var labels: [Int32]
  /// New endings of names, where the kind of file is another.
  var kinds: [Int: String] = [:]
  /// Records with a new image.
  var replaced: Set<Int> = []
  var removed: Set<Int> = []
}

/// What a copy of a tree holds beside what stays as it is.
struct TreeCopyPlan {
  /// By record.
  var names: [FileName]
  /// Texts that take the place of files, or are new.
  var texts: [FileName: [UInt8]] = [:]
}

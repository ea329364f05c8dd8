import Support

/// The rows of a table that lies in one file or several, its shards.
struct TableRecords: EncodedRecords {
  let format: ImageDataset.Format
  /// The folder that the shards lie in.
  let root: FileName
  let shards: [any TableShard]
  /// Files beside the shards, to be copied with them.
  let companions: [FileName]
  let ignored: [IgnoredEntry]
  let labels: [Int32]
  let meaning: LabelMeaning
  /// What the container calls its classes.
  private let storedNames: [String]?
  /// The first row of each shard, and the end of the last.
  let starts: [Int]

  var classNames: [String] { meaning.classNames }
  var appliesOrientation: Bool { true }
  /// As the names of the shards tell.
  var split: ImageDataset.Split {
    shards.first.flatMap { ImageDataset.Split(namedIn: $0.name) } ?? .training
  }

  /// - Parameters:
  ///   - storedNames: what each shard calls the classes; nil for a number without name.
  ///   - classNames: of a related dataset.
  init(
    format: ImageDataset.Format, root: FileName, shards: [any TableShard],
    storedNames: [[String]?], others: [(name: FileName, reason: String)], classNames: [String]?
  ) throws {
    self.format = format
    self.root = root
    self.shards = shards
    companions = others.map(\.name)
    ignored = others.map { IgnoredEntry(name: $0.name, reason: $0.reason) }
    let names = storedNames.first ?? nil
    for (shard, other) in zip(shards, storedNames) {
      guard shard.columns == shards[0].columns, other == names else {
        throw FileError.damaged(
          path: shard.file.path.description,
          reason: "its columns or classes are not those of \(shards[0].name)",
          advice: "give files of one dataset")
      }
    }
    self.storedNames = names
    starts = shards.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.rows) }
    let column = try Self.labelColumn(of: shards)
    let path = (shards.count == 1 ? shards[0].file.path : root).description
    meaning = try LabelMeaning(of: column, names: names, classNames: classNames, path: path)
    labels = try meaning.labels(of: column, names: names, path: path)
  }

  private static func labelColumn(of shards: [any TableShard]) throws -> LabelColumn {
    var labels = LabelColumn()
    for shard in shards {
      try shard.file.path.namingFailures { try shard.addLabels(to: &labels) }
    }
    return labels
  }

  private func locate(_ record: Int) -> (shard: any TableShard, row: Int) {
    let shard = starts.partitionIndex { $0 > record } - 1
    return (shards[shard], record - starts[shard])
  }

  /// The row's number.
  func name(of record: Int) -> FileName { FileName(String(record)) }

  func problem(of record: Int) -> String? {
    let (shard, row) = locate(record)
    return shard.problems[row]
  }

  func contents(of record: Int, first count: Int?) throws -> [UInt8] {
    let (shard, row) = locate(record)
    return try shard.file.path.namingFailures(in: "row \(row): ") {
      try shard.contents(of: row, first: count)
    }
  }

  func storedLabels() throws -> [Int32] {
    try meaning.labels(
      of: try Self.labelColumn(of: shards), names: storedNames, path: root.description)
  }

  func addContents(to hash: inout SHA256) throws {
    for shard in shards { try hash.add(shard.file, name: shard.name) }
  }

  func makeWriter(in directory: FileName) throws -> any EncodedRecordWriter {
    TableWriter(source: self, directory: directory)
  }
}

extension RandomAccessCollection where Index == Int {
  /// The first index whose element fulfils a condition that all later ones fulfil, too.
  func partitionIndex(where condition: (Element) -> Bool) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = low + (high - low) / 2
      if condition(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

import Support

extension ImageDataset.Format {
  public static let parquet = Self(rawValue: "Parquet")
}

/// The rows of Parquet files, which hold image files beside labels and other columns.
struct ParquetRecords: EncodedRecords {
  let shards: [ParquetShard]
  /// Files beside the shards, to be copied with them.
  let companions: [FileName]
  let root: FileName
  let labels: [Int32]
  let meaning: LabelMeaning
  /// What the container calls its classes.
  let storedNames: [String]?
  let ignored: [IgnoredEntry]
  /// The first row of each shard, and the end of the last.
  let starts: [Int]
  private let cache = ParquetPageCache()

  var format: ImageDataset.Format { .parquet }
  var classNames: [String] { meaning.classNames }
  var appliesOrientation: Bool { true }

  /// - Parameters:
  ///   - root: the folder that the files lie in.
  ///   - names: of the files below it, in their order.
  init(
    root: FileName, names: [FileName], companions: [FileName], ignored: [IgnoredEntry],
    options: DatasetOptions, classNames: [String]?
  ) throws {
    self.root = root
    self.companions = companions
    self.ignored = ignored
    var shards: [ParquetShard] = []
    var storedNames: [String]?
    for name in names {
      let file = try ParquetFile(root / name)
      let path = file.file.path.description
      let features =
        try file.metadata("huggingface").map { try HuggingFaceFeatures($0, path: path) }
        ?? HuggingFaceFeatures()
      let columns = try TableColumns(
        of: Self.candidates(in: file), features: features, options: options, path: path)
      let shard = try ParquetShard(name, file: file, columns: columns)
      let names = columns.label.flatMap(features.classNames)
      if let first = shards.first {
        guard names == storedNames,
          shard.file.columns[shard.image].path == first.file.columns[first.image].path,
          shard.label.map({ shard.file.columns[$0].path })
            == first.label.map({ first.file.columns[$0].path })
        else {
          throw FileError.damaged(
            path: path, reason: "its columns or classes are not those of \(first.name)",
            advice: "give files of one dataset")
        }
      } else {
        storedNames = names
      }
      shards.append(shard)
    }
    self.shards = shards
    self.storedNames = storedNames
    starts = shards.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.rows) }
    let column = try Self.labelColumn(of: shards)
    let path = (names.count == 1 ? root / names[0] : root).description
    meaning = try LabelMeaning(
      of: column, names: storedNames, classNames: classNames, path: path)
    labels = try meaning.labels(of: column, names: storedNames, path: path)
  }

  /// The columns at the top of the schema.
  private static func candidates(in file: ParquetFile) -> [TableColumns.Candidate] {
    var candidates: [TableColumns.Candidate] = []
    for column in file.columns where candidates.last?.name != column.path[0] {
      let name = column.path[0]
      let bytes = file.columns.first { $0.path == [name, "bytes"] }
      let isImage = bytes.map { $0.type == .byteArray && $0.maximumRepetition == 0 } ?? false
      let role = column.path.count == 1 ? column.role : isImage ? .image : .other
      candidates.append(TableColumns.Candidate(name: name, role: role))
    }
    return candidates
  }

  private static func labelColumn(of shards: [ParquetShard]) throws -> LabelColumn {
    var labels = LabelColumn()
    for shard in shards {
      do {
        try shard.addLabels(to: &labels)
      } catch let failure as ParquetFailure {
        throw ParquetFile.damaged(shard.path, failure.reason)
      } catch let failure as CompressionFailure {
        throw ParquetFile.damaged(shard.path, failure.reason)
      }
    }
    return labels
  }

  /// The row's number.
  func name(of record: Int) -> FileName { FileName(String(record)) }

  private func locate(_ record: Int) -> (shard: Int, row: Int) {
    let shard = starts.partitionIndex { $0 > record } - 1
    return (shard, record - starts[shard])
  }

  func problem(of record: Int) -> String? {
    let (shard, row) = locate(record)
    return shards[shard].problems[row]
  }

  func contents(of record: Int, first count: Int?) throws -> [UInt8] {
    let (number, rowInShard) = locate(record)
    let shard = shards[number]
    let (group, row) = shard.locate(rowInShard)
    let places = shard.pages[group]
    let page = places.partitionIndex { $0.firstEntry > row } - 1
    let column = shard.file.columns[shard.image]
    do {
      let reader = try ParquetChunkReader(
        shard.file.file, column: column, chunk: shard.file.groups[group].chunks[shard.image])
      let dictionary = try cache.dictionary(.init(shard: number, group: group, page: nil)) {
        try reader.readDictionary()
      }
      let read = try cache.page(.init(shard: number, group: group, page: page)) {
        try reader.page(at: places[page], dictionary: dictionary)
      }
      let entry = row - places[page].firstEntry
      guard let index = read.valueIndex(of: entry, maximum: column.maximumDefinition) else {
        throw ParquetFailure(reason: "the image is null")
      }
      let value = read.value(index)
      return Array(count.map { value.prefix($0) } ?? value)
    } catch let failure as ParquetFailure {
      throw ParquetFile.damaged(shard.path, "row \(rowInShard): \(failure.reason)")
    } catch let failure as CompressionFailure {
      throw ParquetFile.damaged(shard.path, "row \(rowInShard): \(failure.reason)")
    }
  }

  func storedLabels() throws -> [Int32] {
    try meaning.labels(
      of: try Self.labelColumn(of: shards), names: storedNames, path: root.description)
  }

  func addContents(to hash: inout SHA256) throws {
    for shard in shards { try hash.add(shard.file.file, name: shard.name) }
  }

  func makeWriter(in directory: FileName) throws -> any EncodedRecordWriter {
    ParquetWriter(source: self, directory: directory)
  }
}

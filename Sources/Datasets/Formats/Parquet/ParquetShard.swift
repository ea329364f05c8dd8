import Support

/// A Parquet file of a dataset, with the places of its pages of images.
struct ParquetShard: TableShard {
  /// Below the dataset's folder.
  let name: FileName
  let columns: TableColumns
  let parquet: ParquetFile
  /// Numbers of the columns of image files, their names, and labels.
  let image: Int
  let imagePath: Int?
  let label: Int?
  /// By row group.
  let pages: [[ParquetChunkReader.Place]]
  /// The first row of each row group, and the end of the last.
  let groupStarts: [Int]
  /// Rows without an image, and why.
  let problems: [Int: String]
  private let cache: ParquetPageCache

  var file: RandomAccessFile { parquet.file }
  var rows: Int { groupStarts.last ?? 0 }

  /// Finds the pages of images, by their headers alone where the footer says that none is null.
  init(
    _ name: FileName, file: ParquetFile, columns: TableColumns, cache: ParquetPageCache
  ) throws {
    self.name = name
    self.columns = columns
    self.cache = cache
    parquet = file
    func column(_ path: [String]) -> Int? { file.columns.firstIndex { $0.path == path } }
    guard let image = column([columns.image, "bytes"]) ?? column([columns.image]) else {
      throw TableFailure(reason: "it has no column '\(columns.image)'")
    }
    self.image = image
    imagePath = column([columns.image, "path"])
    label = columns.label.flatMap { column([$0]) }
    groupStarts = file.groups.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.rows) }
    pages = try file.groups.map { group in
      try ParquetChunkReader(
        file.file, column: file.columns[image], chunk: group.chunks[image]
      ).places()
    }
    var problems: [Int: String] = [:]
    for (group, places) in pages.enumerated() {
      let found = try Self.rowsWithoutImage(
        of: file.groups[group], places, file: file, image: image, imagePath: imagePath)
      for (row, problem) in found { problems[groupStarts[group] + row] = problem }
    }
    self.problems = problems
  }

  /// Why rows of a group have no image.
  private static func rowsWithoutImage(
    of group: ParquetFile.RowGroup, _ places: [ParquetChunkReader.Place], file: ParquetFile,
    image: Int, imagePath: Int?
  ) throws -> [Int: String] {
    let (column, chunk) = (file.columns[image], group.chunks[image])
    guard column.maximumDefinition > 0, chunk.nullCount != 0 else { return [:] }
    let reader = try ParquetChunkReader(file.file, column: column, chunk: chunk)
    let dictionary = try reader.readDictionary()
    var problems: [Int: String] = [:]
    for place in places {
      let levels = try reader.definitionLevels(at: place, dictionary: dictionary)
      for (entry, level) in levels.enumerated() where level < column.maximumDefinition {
        problems[place.firstEntry + entry] = "the image is null"
      }
    }
    guard !problems.isEmpty, let imagePath else { return problems }
    let paths = try ParquetChunkReader(
      file.file, column: file.columns[imagePath], chunk: group.chunks[imagePath])
    var row = 0
    try paths.forEachPage { page in
      page.forEachEntry(maximum: file.columns[imagePath].maximumDefinition) { value in
        if problems[row] != nil, let value {
          problems[row] =
            "the table names the file '\(FileName(bytes: value))' and does not hold it"
        }
        row += 1
      }
    }
    return problems
  }

  func addLabels(to labels: inout LabelColumn) throws {
    guard let label else {
      labels.append(.null, count: rows)
      return
    }
    let column = parquet.columns[label]
    for group in parquet.groups {
      let reader = try ParquetChunkReader(file, column: column, chunk: group.chunks[label])
      try reader.forEachPage { page in
        // A dictionary's values are few, and most labels come from one.
        let known = try page.indices.map { _ in
          try (0..<page.values.count).map { try column.label(page.values[$0]) }
        }
        try page.forEachEntryIndex(maximum: column.maximumDefinition) { index in
          switch (index, known, page.indices) {
          case (nil, _, _): labels.append(.null)
          case (let index?, let known?, let indices?): labels.append(known[Int(indices[index])])
          case (let index?, _, _): labels.append(try column.label(page.values[index]))
          }
        }
      }
    }
  }

  func contents(of row: Int, first count: Int?) throws -> [UInt8] {
    let group = groupStarts.partitionIndex { $0 > row } - 1
    let entry = row - groupStarts[group]
    let page = pages[group].partitionIndex { $0.firstEntry > entry } - 1
    let column = parquet.columns[image]
    let reader = try ParquetChunkReader(
      file, column: column, chunk: parquet.groups[group].chunks[image])
    let read = try cache.page(page, of: group, in: name) {
      let dictionary = try cache.dictionary(of: group, in: name) { try reader.readDictionary() }
      return try reader.page(at: pages[group][page], dictionary: dictionary)
    }
    let place = entry - pages[group][page].firstEntry
    guard let index = read.valueIndex(of: place, maximum: column.maximumDefinition) else {
      throw TableFailure(reason: "the image is null")
    }
    let value = read.value(index)
    return Array(count.map { value.prefix($0) } ?? value)
  }

  func write(to path: FileName, changes: TableChanges) throws {
    var edits: [Int: ParquetEdits] = [:]
    edits[image] = ParquetEdits(changed: changes.images) { row, _ in try changes.image(row) }
    if let imagePath {
      edits[imagePath] = ParquetEdits(changed: Set(changes.kinds.keys)) { row, old in
        old.map { changes.path(of: row, old: $0) }
      }
    }
    if let label {
      let column = parquet.columns[label]
      edits[label] = ParquetEdits(changed: Set(changes.labels.keys)) { row, _ in
        try column.bytes(of: changes.labels[row] ?? .null)
      }
    }
    try ParquetFileWriter(
      parquet, to: path, edits: edits.filter { !$0.value.changed.isEmpty },
      removed: changes.removed
    ).write()
  }
}

extension ParquetPage {
  /// Calls `body` for each entry with the number of its value, or nil for null.
  func forEachEntryIndex(maximum: Int, _ body: (Int?) throws -> Void) rethrows {
    var next = 0
    for entry in 0..<header.count {
      guard definition.isEmpty || definition[entry] == maximum else {
        try body(nil)
        continue
      }
      try body(next)
      next += 1
    }
  }

  /// The number of an entry's value; nil for null.
  func valueIndex(of entry: Int, maximum: Int) -> Int? {
    guard !definition.isEmpty else { return entry }
    guard definition[entry] == maximum else { return nil }
    return definition[..<entry].reduce(0) { $0 + ($1 == maximum ? 1 : 0) }
  }

  /// Calls `body` with each entry's value, or nil for null.
  func forEachEntry(maximum: Int, _ body: (ArraySlice<UInt8>?) throws -> Void) rethrows {
    try forEachEntryIndex(maximum: maximum) { try body($0.map(value)) }
  }
}

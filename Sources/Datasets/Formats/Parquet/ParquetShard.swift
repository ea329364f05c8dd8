import Support

/// A Parquet file of a dataset, with the places of its pages of images.
struct ParquetShard: Sendable {
  /// Below the dataset's folder.
  let name: FileName
  let file: ParquetFile
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

  var rows: Int { groupStarts.last ?? 0 }
  var path: FileName { file.file.path }

  init(_ name: FileName, file: ParquetFile, columns: TableColumns) throws {
    self.name = name
    self.file = file
    func column(_ path: [String]) -> Int? { file.columns.firstIndex { $0.path == path } }
    guard let image = column([columns.image, "bytes"]) ?? column([columns.image]) else {
      throw ParquetFile.damaged(file.file.path, "it has no column '\(columns.image)'")
    }
    self.image = image
    imagePath = column([columns.image, "path"])
    label = columns.label.flatMap { column([$0]) }
    groupStarts = file.groups.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.rows) }
    do {
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
    } catch let failure as ParquetFailure {
      throw ParquetFile.damaged(file.file.path, failure.reason)
    } catch let failure as CompressionFailure {
      throw ParquetFile.damaged(file.file.path, failure.reason)
    }
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

  /// The row group of a row, and the row in it.
  func locate(_ row: Int) -> (group: Int, row: Int) {
    let group = groupStarts.partitionIndex { $0 > row } - 1
    return (group, row - groupStarts[group])
  }

  /// Adds all labels as they are stored.
  func addLabels(to labels: inout LabelColumn) throws {
    guard let label else {
      labels.append(.null, count: rows)
      return
    }
    let column = file.columns[label]
    for group in file.groups {
      let reader = try ParquetChunkReader(file.file, column: column, chunk: group.chunks[label])
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

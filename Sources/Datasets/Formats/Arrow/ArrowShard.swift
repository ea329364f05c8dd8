import Support

/// An Arrow file of a dataset, with the places of its images.
struct ArrowShard: TableShard {
  let name: FileName
  let arrow: ArrowFile
  let columns: TableColumns
  let problems: [Int: String]
  /// Batches of rows, and the first row of each, with the end of the last.
  let batches: [ArrowBatch]
  let starts: [Int]
  /// The number of the column of images, and the path in it to their bytes.
  let image: (column: Int, part: [Int])
  let label: Int?
  private let cache: Cache

  /// Decompressed images of batches, by file and number; shared by the files of a dataset.
  typealias Cache = RecentValues<BatchKey, ArrowValues>

  struct BatchKey: Hashable {
    let shard: FileName
    let batch: Int
  }

  var file: RandomAccessFile { arrow.file }
  var rows: Int { starts.last ?? 0 }

  init(_ name: FileName, arrow: ArrowFile, columns: TableColumns, cache: Cache) throws {
    self.name = name
    self.arrow = arrow
    self.columns = columns
    self.cache = cache
    guard let image = arrow.fields.firstIndex(where: { $0.name == columns.image }),
      let part = arrow.fields[image].imagePart
    else { throw TableFailure(reason: "it has no column '\(columns.image)'") }
    self.image = (image, part)
    label = columns.label.flatMap { name in arrow.fields.firstIndex { $0.name == name } }
    batches = arrow.batches.filter { $0.message.kind == .batch }
    starts = batches.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.rows) }
    var problems: [Int: String] = [:]
    for (start, batch) in zip(starts, batches) {
      for (row, problem) in try Self.rowsWithoutImage(batch, image, part, arrow.file) {
        problems[start + row] = problem
      }
    }
    self.problems = problems
  }

  /// Why rows of a batch have no image.
  private static func rowsWithoutImage(
    _ batch: ArrowBatch, _ image: Int, _ part: [Int], _ file: RandomAccessFile
  ) throws -> [Int: String] {
    let column = batch.arrays[image]
    var problems: [Int: String] = [:]
    for array in [column] + part.map({ column.children[$0] }) where array.nullCount != 0 {
      guard let bytes = array.buffers.first?.bytes else { continue }
      let validity = try ArrowValues.contents(of: bytes, method: batch.method, file: file)
      guard validity.isEmpty || validity.count * 8 >= batch.rows else {
        throw TableFailure(reason: "a buffer of column '\(array.field.name)' is cut short")
      }
      for row in 0..<batch.rows where ArrowValues.bit(row, of: validity) == false {
        problems[row] = "the image is null"
      }
    }
    guard !problems.isEmpty, !part.isEmpty, let path = column.field.pathPart else {
      return problems
    }
    let paths = try ArrowValues(column.children[path], in: batch, of: file)
    for row in problems.keys {
      if let value = try paths.value(row), !value.isEmpty {
        problems[row] = "the table names the file '\(FileName(bytes: value))' and does not hold it"
      }
    }
    return problems
  }

  func addLabels(to labels: inout LabelColumn) throws {
    guard let label else {
      labels.append(.null, count: rows)
      return
    }
    let field = arrow.fields[label]
    var dictionary: [StoredLabel] = []
    for batch in arrow.batches {
      if batch.message.kind != .batch {
        try extend(&dictionary, of: field, by: batch)
        continue
      }
      for stored in try Self.labels(of: batch.arrays[label], in: batch, file) {
        guard field.dictionary != nil, case .number(let index) = stored else {
          labels.append(stored)
          continue
        }
        guard dictionary.indices.contains(index) else {
          throw TableFailure(reason: "a label is beyond its dictionary")
        }
        labels.append(dictionary[index])
      }
    }
  }

  /// The dictionary of labels that a batch of rows uses.
  func dictionary(of field: ArrowField, for rows: ArrowBatch) throws -> [StoredLabel] {
    var dictionary: [StoredLabel] = []
    let start = rows.message.bytes.lowerBound
    for batch in arrow.batches.prefix(while: { $0.message.bytes.lowerBound != start }) {
      try extend(&dictionary, of: field, by: batch)
    }
    return dictionary
  }

  /// Replaces or extends a column's dictionary by a batch, if it is one of that dictionary.
  private func extend(
    _ dictionary: inout [StoredLabel], of field: ArrowField, by batch: ArrowBatch
  ) throws {
    guard case .dictionary(let id, let isDelta) = batch.message.kind, id == field.dictionary
    else { return }
    let values = try Self.labels(of: batch.arrays[0], in: batch, file)
    dictionary = isDelta ? dictionary + values : values
  }

  private static func labels(
    of array: ArrowArray, in batch: ArrowBatch, _ file: RandomAccessFile
  ) throws -> [StoredLabel] {
    let values = try ArrowValues(array, in: batch, of: file)
    return try (0..<values.count).map { row in
      try values.value(row).map(array.field.label) ?? .null
    }
  }

  func contents(of row: Int, first count: Int?) throws -> [UInt8] {
    let number = starts.partitionIndex { $0 > row } - 1
    let batch = batches[number]
    let column = batch.arrays[image.column]
    let array = image.part.isEmpty ? column : column.children[image.part[0]]
    guard problems[row] == nil else { throw TableFailure(reason: "the image is null") }
    let rowInBatch = row - starts[number]
    if batch.method == .none, case .variable(let size) = array.field.layout {
      return try contents(of: array, row: rowInBatch, offsetSize: size, first: count)
    }
    let values = try cache.value(BatchKey(shard: name, batch: number), size: \.size) {
      try ArrowValues(array, in: batch, of: file)
    }
    guard let value = try values.value(rowInBatch) else {
      throw TableFailure(reason: "the image is null")
    }
    return Array(count.map { value.prefix($0) } ?? value)
  }

  /// Straight from the file, which holds it as it is.
  private func contents(
    of array: ArrowArray, row: Int, offsetSize size: Int, first count: Int?
  ) throws -> [UInt8] {
    let (offsets, data) = (array.buffers[1].bytes, array.buffers[2].bytes)
    guard (row + 2) * size <= offsets.count else {
      throw TableFailure(reason: "a buffer of column '\(array.field.name)' is cut short")
    }
    let pair = try file.bytes(at: offsets.lowerBound + row * size, count: 2 * size)
    let start = Int(pair[..<size].littleEndianInteger)
    let end = Int(pair[size...].littleEndianInteger)
    guard 0 <= start, start <= end, end <= data.count else {
      throw TableFailure(reason: "an offset is beyond its buffer")
    }
    return try file.bytes(
      at: data.lowerBound + start, count: min(end - start, count ?? end - start))
  }

  func write(to path: FileName, changes: TableChanges) throws {
    try ArrowFileWriter(self, to: path, changes: changes).write()
  }
}

import Support

/// Writes a batch with other values or fewer rows, one buffer after another; what does not change
/// in a batch that keeps its rows is copied as it is stored.
struct ArrowBatchWriter {
  let batch: ArrowBatch
  let file: RandomAccessFile
  /// By the path to an array: its column, and parts of it.
  private let edits: [[Int]: ArrowEdit]
  private let output: RandomAccessFile
  private let start: Int
  private var position: Int
  private var bodyStart: Int
  private var metadata: [UInt8]

  /// What the format advises.
  private static let alignment = 64

  init(
    _ batch: ArrowBatch, of file: RandomAccessFile, edits: [[Int]: ArrowEdit],
    to output: RandomAccessFile, at start: Int
  ) {
    self.batch = batch
    self.file = file
    self.edits = edits
    self.output = output
    self.start = start
    metadata = batch.message.metadata
    bodyStart = start + batch.message.body.lowerBound - batch.message.bytes.lowerBound
    position = bodyStart
  }

  /// Returns where the message ends.
  mutating func write(removing removed: Set<Int>) throws -> Int {
    var kept: [Range<Int>] = []
    for row in 0..<batch.rows where !removed.contains(row) {
      if let last = kept.last, last.upperBound == row {
        kept[kept.count - 1] = last.lowerBound..<row + 1
      } else {
        kept.append(row..<row + 1)
      }
    }
    let rows = batch.rows - removed.count
    for (column, array) in batch.arrays.enumerated() {
      try write(array, at: [column], kept: removed.isEmpty ? nil : kept)
    }
    try set(rows, at: batch.rowsPlace)
    try set(position - bodyStart, at: batch.bodySizePlace)
    let head = try file.bytes(
      at: batch.message.bytes.lowerBound, count: bodyStart - start - metadata.count)
    try output.write(head + metadata, at: start)
    return position
  }

  private mutating func set(_ number: Int, at place: Int?) throws {
    guard let place else {
      guard number == 0 else { throw TableFailure(reason: "a batch cannot be changed") }
      return
    }
    metadata.set(int64: number, at: place)
  }

  /// - Parameter kept: rows of this array; nil for all.
  mutating func write(_ array: ArrowArray, at path: [Int], kept: [Range<Int>]?) throws {
    guard kept != nil || edits.keys.contains(where: { $0.starts(with: path) }) else {
      return try copy(array)
    }
    let rows = kept ?? (array.count > 0 ? [0..<array.count] : [])
    let edit = edits[path]
    switch array.field.layout {
    case .bits, .fixed, .variable: try writeValues(array, rows: rows, edit: edit)
    default: try writeParts(array, at: path, rows: rows, kept: kept)
    }
  }

  /// Copies an array with all its parts as they are stored.
  mutating func copy(_ array: ArrowArray) throws {
    for (number, bytes) in array.buffers {
      try append(stored: try file.bytes(at: bytes.lowerBound, count: bytes.count), number)
    }
    for child in array.children { try copy(child) }
  }

  private mutating func writeValues(
    _ array: ArrowArray, rows: [Range<Int>], edit: ArrowEdit?
  ) throws {
    let values = try ArrowValues(array, in: batch, of: file)
    var (validity, truths) = (BitmapBuilder(), BitmapBuilder())
    var (offsets, data): ([UInt8], [UInt8]) = ([], [])
    var offsetSize: Int?
    if case .variable(let size) = array.field.layout { offsetSize = size }
    for row in rows.joined() {
      let old = try values.value(row)
      let isChanged = edit?.rows.contains(row) == true
      let value = isChanged ? try edit?.value(row, old).map { $0[...] } : old
      validity.append(value != nil)
      switch array.field.layout {
      case .bits: truths.append(value?.first == 1)
      case .fixed(let width): data += value ?? [UInt8](repeating: 0, count: width)[...]
      default:
        offsets += [UInt8](littleEndian: Int64(data.count), count: offsetSize ?? 4)
        data += value ?? []
      }
    }
    if let offsetSize {
      offsets += [UInt8](littleEndian: Int64(data.count), count: offsetSize)
      guard offsetSize == 8 || data.count <= Int(Int32.max) else {
        throw TableFailure(reason: "a changed batch of '\(array.field.name)' would exceed 2 GiB")
      }
    }
    let isDropped = values.validity.isEmpty && validity.zeros == 0
    note(array, count: validity.count, nulls: validity.zeros)
    try append(isDropped ? [] : validity.bytes, array.buffers[0].number)
    switch array.field.layout {
    case .bits: try append(truths.bytes, array.buffers[1].number)
    case .fixed: try append(data, array.buffers[1].number)
    default:
      try append(offsets, array.buffers[1].number)
      try append(data, array.buffers[2].number)
    }
  }

  /// Notes an array's new size.
  mutating func note(_ array: ArrowArray, count: Int, nulls: Int) {
    let place = batch.nodesPlace + 16 * array.node
    metadata.set(int64: count, at: place)
    metadata.set(int64: nulls, at: place + 8)
  }

  /// Adds a buffer, compressed if the batch is.
  mutating func append(_ bytes: [UInt8], _ number: Int) throws {
    guard batch.method != .none, !bytes.isEmpty else {
      return try append(stored: bytes, number)
    }
    let packed = try batch.method.compress(bytes)
    let pays = packed.count < bytes.count
    let size = [UInt8](littleEndian: pays ? Int64(bytes.count) : -1, count: 8)
    try append(stored: size + (pays ? packed : bytes), number)
  }

  private mutating func append(stored bytes: [UInt8], _ number: Int) throws {
    let place = batch.buffersPlace + 16 * number
    metadata.set(int64: position - bodyStart, at: place)
    metadata.set(int64: bytes.count, at: place + 8)
    let padding = (Self.alignment - bytes.count % Self.alignment) % Self.alignment
    try output.write(bytes + [UInt8](repeating: 0, count: padding), at: position)
    position += bytes.count + padding
  }
}

/// Bits, the first the lowest of a byte.
struct BitmapBuilder {
  private(set) var bytes: [UInt8] = []
  private(set) var count = 0
  private(set) var zeros = 0

  mutating func append(_ bit: Bool) {
    if count % 8 == 0 { bytes.append(0) }
    if bit { bytes[count / 8] |= 1 << UInt8(count % 8) } else { zeros += 1 }
    count += 1
  }
}

import Support

/// Arrays with parts, and those of which only rows are left out.
extension ArrowBatchWriter {
  mutating func writeParts(
    _ array: ArrowArray, at path: [Int], rows: [Range<Int>], kept: [Range<Int>]?
  ) throws {
    let count = rows.reduce(0) { $0 + $1.count }
    func isShort(_ bytes: [UInt8], _ size: Int) -> Bool { bytes.count < size }
    let cut = TableFailure(reason: "a buffer of column '\(array.field.name)' is cut short")
    switch array.field.layout {
    case .null: note(array, count: count, nulls: count)
    case .structure:
      try writeValidity(array, rows: rows)
      for (number, child) in array.children.enumerated() {
        try write(child, at: path + [number], kept: kept)
      }
    case .fixedList(let size):
      try writeValidity(array, rows: rows)
      let items = rows.map { $0.lowerBound * size..<$0.upperBound * size }
      for (number, child) in array.children.enumerated() {
        guard items.last?.upperBound ?? 0 <= child.count else { throw cut }
        try write(child, at: path + [number], kept: items)
      }
    case .list(let size):
      try writeValidity(array, rows: rows)
      let (offsets, items) = try self.items(of: array, rows: rows, offsetSize: size)
      try append(offsets, array.buffers[1].number)
      for (number, child) in array.children.enumerated() {
        guard items.allSatisfy({ $0.upperBound <= child.count }) else { throw cut }
        try write(child, at: path + [number], kept: items)
      }
    case .sparseUnion:
      for buffer in array.buffers { try writeRows(of: buffer, width: 1, rows: rows, cut) }
      note(array, count: count, nulls: 0)
      for (number, child) in array.children.enumerated() {
        try write(child, at: path + [number], kept: kept)
      }
    // Places in parts, which stay as they are.
    case .denseUnion:
      try writeRows(of: array.buffers[0], width: 1, rows: rows, cut)
      try writeRows(of: array.buffers[1], width: 4, rows: rows, cut)
      note(array, count: count, nulls: 0)
      for child in array.children { try copy(child) }
    case .listView(let size):
      try writeValidity(array, rows: rows)
      try writeRows(of: array.buffers[1], width: size, rows: rows, cut)
      try writeRows(of: array.buffers[2], width: size, rows: rows, cut)
      for child in array.children { try copy(child) }
    case .view:
      try writeValidity(array, rows: rows)
      try writeRows(of: array.buffers[1], width: 16, rows: rows, cut)
      for buffer in array.buffers.dropFirst(2) {
        try append(try contents(of: buffer), buffer.number)
      }
    case .runEnds:
      throw TableFailure(
        reason: "rows cannot be removed from column '\(array.field.name)' of run ends")
    case .bits, .fixed, .variable: preconditionFailure("ArrowBatchWriter: an array without parts")
    }
  }

  private func contents(of buffer: (number: Int, bytes: Range<Int>)) throws -> [UInt8] {
    try ArrowValues.contents(of: buffer.bytes, method: batch.method, file: file)
  }

  private mutating func writeValidity(_ array: ArrowArray, rows: [Range<Int>]) throws {
    let old = try contents(of: array.buffers[0])
    guard old.isEmpty || old.count * 8 >= array.count else {
      throw TableFailure(reason: "a buffer of column '\(array.field.name)' is cut short")
    }
    var validity = BitmapBuilder()
    for row in rows.joined() { validity.append(ArrowValues.bit(row, of: old) ?? true) }
    note(array, count: validity.count, nulls: validity.zeros)
    try append(old.isEmpty ? [] : validity.bytes, array.buffers[0].number)
  }

  /// The entries of equal size that belong to rows.
  private mutating func writeRows(
    of buffer: (number: Int, bytes: Range<Int>), width: Int, rows: [Range<Int>],
    _ cut: TableFailure
  ) throws {
    let old = try contents(of: buffer)
    guard (rows.last?.upperBound ?? 0) * width <= old.count else { throw cut }
    try append(
      rows.flatMap { old[$0.lowerBound * width..<$0.upperBound * width] }, buffer.number)
  }

  /// The offsets of lists without the others, and the items that belong to them.
  private func items(
    of array: ArrowArray, rows: [Range<Int>], offsetSize size: Int
  ) throws -> ([UInt8], [Range<Int>]) {
    let old = try contents(of: array.buffers[1])
    let cut = TableFailure(reason: "a buffer of column '\(array.field.name)' is cut short")
    guard rows.isEmpty || old.count / size > rows[rows.count - 1].upperBound else { throw cut }
    func offset(_ index: Int) -> Int {
      Int(old[index * size..<(index + 1) * size].littleEndianInteger)
    }
    var (offsets, end) = ([UInt8](littleEndian: 0, count: size), 0)
    var items: [Range<Int>] = []
    for range in rows {
      for row in range {
        guard 0 <= offset(row), offset(row) <= offset(row + 1) else { throw cut }
        end += offset(row + 1) - offset(row)
        offsets += [UInt8](littleEndian: Int64(end), count: size)
      }
      items.append(offset(range.lowerBound)..<offset(range.upperBound))
    }
    return (offsets, items)
  }
}

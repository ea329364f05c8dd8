import Support

/// Numbers in row-major order in a file, read row by row: `shape[0]` rows.
package struct NumberArray: Sendable {
  let file: RandomAccessFile
  /// Where the first number is.
  let offset: Int
  let type: NumberType
  package let shape: [Int]
  /// The file as the user knows it, for messages.
  let path: String

  var rowCount: Int { shape[0] }
  /// Numbers in a row.
  var width: Int { shape.dropFirst().reduce(1, *) }
  /// Bytes of a row.
  var rowSize: Int { width * type.size }

  /// Bytes of numbers of this shape; nil if that is beyond all bounds.
  static func byteCount(_ shape: [Int], size: Int) -> Int? {
    var count = size
    for side in shape {
      let (product, overflows) = count.multipliedReportingOverflow(by: side)
      guard side >= 0, !overflows else { return nil }
      count = product
    }
    return count
  }

  func bytes(of row: Int) throws -> [UInt8] {
    try file.bytes(at: offset + row * rowSize, count: rowSize)
  }

  /// Calls `body` with all numbers in their order, in blocks.
  package func forEachBlock(_ body: ([Double]) throws -> Void) throws {
    let (end, block) = (offset + rowCount * rowSize, type.size << 16)
    for start in stride(from: offset, to: end, by: block) {
      let bytes = try file.bytes(at: start, count: min(block, end - start))
      try bytes.withUnsafeBytes { buffer in
        try body(
          stride(from: 0, to: buffer.count, by: type.size).map { type.value(buffer, at: $0) })
      }
    }
  }

  /// The least and the greatest number; throws `FileError.damaged` for one that is not finite.
  func range() throws -> ClosedRange<Double> {
    var (low, high) = (Double.infinity, -Double.infinity)
    try forEachBlock { values in
      for value in values {
        guard value.isFinite else {
          throw FileError.damaged(
            path: path, reason: "it holds a number that is not finite",
            advice: "save images without such numbers")
        }
        low = min(low, value)
        high = max(high, value)
      }
    }
    return low <= high ? low...high : 0...0
  }

  /// A copy of the numbers in a file without a name.
  func copied() throws -> NumberArray {
    let copy = try TemporaryFile.make { output in
      try output.append(file, offset..<offset + rowCount * rowSize)
    }
    return NumberArray(file: copy, offset: 0, type: type, shape: shape, path: path)
  }

  /// Gives the bytes of the rows that are kept to `body`, in blocks.
  func write(
    keeping kept: [Int]?, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    func append(_ rows: Range<Int>) throws {
      let end = offset + rows.upperBound * rowSize
      for start in stride(from: offset + rows.lowerBound * rowSize, to: end, by: 1 << 20) {
        try file.bytes(at: start, count: min(1 << 20, end - start)).withUnsafeBytes(body)
      }
    }
    guard let kept else { return try append(0..<rowCount) }
    for row in kept { try append(row..<row + 1) }
  }
}

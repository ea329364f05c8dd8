/// The values of a page as bytes: of equal size one after another, or each with its own range.
struct ParquetValues: Sendable {
  private(set) var bytes: [UInt8] = []
  /// Bytes of each value; nil if they differ.
  let width: Int?
  /// Where the values lie, if their sizes differ.
  private(set) var ranges: [Range<Int>] = []

  init(width: Int?) { self.width = width }

  /// Values that lie in bytes at hand; fixed ones one after another from the first byte.
  init(bytes: [UInt8], width: Int?, ranges: [Range<Int>] = []) {
    self.bytes = bytes
    self.width = width
    self.ranges = ranges
  }

  var count: Int { width.map { $0 == 0 ? 0 : bytes.count / $0 } ?? ranges.count }

  subscript(index: Int) -> ArraySlice<UInt8> {
    if let width { return bytes[index * width..<(index + 1) * width] }
    return bytes[ranges[index]]
  }

  mutating func append(_ value: some Collection<UInt8>) {
    if width == nil {
      ranges.append(bytes.count..<bytes.count + value.count)
    } else {
      precondition(value.count == width, "ParquetValues: a value of \(value.count) bytes")
    }
    bytes += value
  }

  /// The numbers of values of 4 or 8 bytes.
  var integers: [Int64] {
    (0..<count).map { self[$0].littleEndianInteger }
  }

  mutating func append(integer: Int64) {
    append(withUnsafeBytes(of: integer.littleEndian) { Array($0.prefix(width ?? 8)) })
  }
}

extension ArraySlice<UInt8> {
  /// The number of 1 to 8 bytes, with a sign.
  var littleEndianInteger: Int64 {
    let shift = Int64(64 - 8 * count)
    let bits = reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return (Int64(bitPattern: bits) << shift) >> shift
  }
}

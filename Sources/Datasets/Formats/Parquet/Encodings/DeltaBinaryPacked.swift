/// Parquet's DELTA_BINARY_PACKED (5): differences of integers, packed by blocks with a minimum.
package enum DeltaBinaryPacked {
  /// What writers use: blocks of 128 in 4 parts.
  private static let blockSize = 128
  private static let partCount = 4

  /// Reads at most `limit` numbers, and leaves the reader behind them.
  package static func decode(_ reader: inout PageReader, limit: Int) throws -> [Int64] {
    let blockSize = try reader.varint()
    let partCount = try reader.varint()
    let count = try reader.varint()
    var value = try reader.zigzag()
    guard (1...1 << 20).contains(blockSize), (1...blockSize).contains(partCount),
      blockSize % partCount == 0, (blockSize / partCount) % 8 == 0
    else { throw TableFailure(reason: "a page has impossible blocks of differences") }
    guard count <= UInt64(limit) else {
      throw TableFailure(reason: "a page has \(count) differences for \(limit) values")
    }
    let partSize = Int(blockSize / partCount)
    var values: [Int64] = []
    values.reserveCapacity(Int(count))
    if count > 0 { values.append(value) }
    while values.count < Int(count) {
      let minimum = try reader.zigzag()
      for width in try reader.take(Int(partCount)).map(Int.init) {
        let missing = Int(count) - values.count
        if missing == 0 { break }
        guard width <= 64 else {
          throw TableFailure(reason: "a page has differences of \(width) bits")
        }
        let packed = try reader.take(PackedBits.size(count: partSize, width: width))
        let deltas = PackedBits.unpack(packed, count: min(partSize, missing), width: width)
        for delta in deltas {
          value = value &+ minimum &+ Int64(bitPattern: delta)
          values.append(value)
        }
      }
    }
    return values
  }

  package static func encode(_ values: [Int64]) -> [UInt8] {
    var bytes: [UInt8] = []
    for number in [blockSize, partCount, values.count] { bytes.append(varint: UInt64(number)) }
    let first = values.first ?? 0
    bytes.append(varint: UInt64(bitPattern: first << 1 ^ first >> 63))
    let deltas = zip(values.dropFirst(), values).map { $0 &- $1 }
    for start in stride(from: 0, to: deltas.count, by: blockSize) {
      let block = deltas[start..<min(start + blockSize, deltas.count)]
      let minimum = block.min() ?? 0
      bytes.append(varint: UInt64(bitPattern: minimum << 1 ^ minimum >> 63))
      let size = blockSize / partCount
      let parts = (0..<partCount).map { part in
        block.dropFirst(part * size).prefix(size).map { UInt64(bitPattern: $0 &- minimum) }
      }
      let widths = parts.map { UInt64.bitWidth - ($0.max() ?? 0).leadingZeroBitCount }
      bytes += widths.map { UInt8($0) }
      for (part, width) in zip(parts, widths) where !part.isEmpty {
        let padding = repeatElement(UInt64(0), count: size - part.count)
        PackedBits.pack(part + padding, width: width, into: &bytes)
      }
    }
    return bytes
  }
}

extension ParquetValues {
  /// The bytes of all values as a page holds them; not indices into a dictionary.
  func encoded(as encoding: ParquetEncoding, type: ParquetType) throws -> [UInt8] {
    switch (encoding, type) {
    case (.plain, .boolean):
      var packed: [UInt8] = []
      PackedBits.pack(bytes.map { UInt64($0) }, width: 1, into: &packed)
      return packed
    case (.runs, .boolean):
      let runs = HybridRuns.encode(bytes.map { UInt32($0) }, width: 1)
      return Self.length(runs.count) + runs
    case (.plain, .byteArray):
      return ranges.reduce(into: []) { result, range in
        result += Self.length(range.count) + bytes[range]
      }
    case (.plain, _): return bytes
    case (.deltaBinaryPacked, .int32), (.deltaBinaryPacked, .int64):
      return DeltaBinaryPacked.encode(integers)
    case (.deltaLengthByteArray, .byteArray): return deltaLengths
    case (.deltaByteArray, .byteArray), (.deltaByteArray, .fixed): return deltaByteArrays
    case (.byteStreamSplit, _):
      guard let width, type != .boolean else { break }
      return (0..<width).flatMap { byte in (0..<count).map { bytes[$0 * width + byte] } }
    default: break
    }
    throw TableFailure(reason: "values of type \(type) in encoding \(encoding) are not written")
  }

  private var deltaLengths: [UInt8] {
    DeltaBinaryPacked.encode((0..<count).map { Int64(self[$0].count) })
      + (0..<count).flatMap { self[$0] }
  }

  private var deltaByteArrays: [UInt8] {
    var prefixes: [Int64] = []
    var suffixes = ParquetValues(width: nil)
    for index in 0..<count {
      let value = self[index]
      let prefix = index == 0 ? 0 : zip(self[index - 1], value).prefix { $0 == $1 }.count
      prefixes.append(Int64(prefix))
      suffixes.append(value.dropFirst(prefix))
    }
    return DeltaBinaryPacked.encode(prefixes) + suffixes.deltaLengths
  }

  /// 4 bytes, little-endian.
  static func length(_ count: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt32(count).littleEndian) { Array($0) }
  }
}

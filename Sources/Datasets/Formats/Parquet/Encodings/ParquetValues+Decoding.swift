extension ParquetValues {
  /// Reads so many values of a column; not indices into a dictionary.
  ///
  /// - Parameter bytes: all that is left of the page.
  static func decode(
    _ bytes: ArraySlice<UInt8>, as encoding: ParquetEncoding, count: Int, type: ParquetType
  ) throws -> ParquetValues {
    var reader = PageReader(bytes)
    switch (encoding, type) {
    case (.plain, .boolean):
      let packed = try reader.take(PackedBits.size(count: count, width: 1))
      let bits = PackedBits.unpack(packed, count: count, width: 1)
      return ParquetValues(bytes: bits.map { UInt8($0) }, width: 1)
    case (.runs, .boolean):
      let packed = try reader.take(try reader.length())
      let bits = try HybridRuns.decode(packed, count: count, width: 1)
      return ParquetValues(bytes: bits.map { UInt8($0 & 1) }, width: 1)
    case (.plain, .byteArray):
      return try plainByteArrays(&reader, count: count)
    case (.plain, _):
      let width = type.width ?? 0
      return ParquetValues(bytes: Array(try reader.take(count * width)), width: width)
    case (.deltaBinaryPacked, .int32), (.deltaBinaryPacked, .int64):
      var values = ParquetValues(width: type.width)
      for number in try DeltaBinaryPacked.decode(&reader, limit: count) {
        values.append(integer: number)
      }
      return try values.requiring(count)
    case (.deltaLengthByteArray, .byteArray):
      return try deltaLengths(&reader, count: count)
    case (.deltaByteArray, .byteArray), (.deltaByteArray, .fixed):
      return try deltaByteArrays(&reader, count: count, width: type.width)
    case (.byteStreamSplit, _):
      guard let width = type.width, type != .boolean else { break }
      let streams = Array(try reader.take(count * width))
      var split = [UInt8](repeating: 0, count: streams.count)
      for byte in 0..<width {
        for index in 0..<count { split[index * width + byte] = streams[byte * count + index] }
      }
      return ParquetValues(bytes: split, width: width)
    default: break
    }
    throw TableFailure(reason: "values of type \(type) in encoding \(encoding) are not read")
  }

  private func requiring(_ count: Int) throws -> ParquetValues {
    guard self.count == count else {
      throw TableFailure(reason: "a page has \(self.count) values instead of \(count)")
    }
    return self
  }

  private static func plainByteArrays(
    _ reader: inout PageReader, count: Int
  ) throws -> ParquetValues {
    let bytes = reader.rest
    // Each has a length of 4 bytes.
    guard count <= bytes.count / 4 else { throw TableFailure.cutShort }
    let ranges = try (0..<count).map { _ in
      let value = try reader.take(try reader.length())
      return value.startIndex - bytes.startIndex..<value.endIndex - bytes.startIndex
    }
    return ParquetValues(bytes: Array(bytes), width: nil, ranges: ranges)
  }

  private static func deltaLengths(
    _ reader: inout PageReader, count: Int
  ) throws -> ParquetValues {
    let lengths = try DeltaBinaryPacked.decode(&reader, limit: count)
    guard lengths.count == count else { throw TableFailure.cutShort }
    let bytes = reader.rest
    let ranges = try lengths.map { length in
      let value = try reader.take(Int(length))
      return value.startIndex - bytes.startIndex..<value.endIndex - bytes.startIndex
    }
    return ParquetValues(bytes: Array(bytes), width: nil, ranges: ranges)
  }

  /// Prefixes of the value before, and what follows them.
  private static func deltaByteArrays(
    _ reader: inout PageReader, count: Int, width: Int?
  ) throws -> ParquetValues {
    let prefixes = try DeltaBinaryPacked.decode(&reader, limit: count)
    guard prefixes.count == count else { throw TableFailure.cutShort }
    let suffixes = try deltaLengths(&reader, count: count)
    var values = ParquetValues(width: width)
    var last: [UInt8] = []
    for (index, prefix) in prefixes.enumerated() {
      guard (0...Int64(last.count)).contains(prefix) else {
        throw TableFailure(reason: "a page repeats more of a value than there is")
      }
      last = Array(last.prefix(Int(prefix)) + suffixes[index])
      guard width == nil || last.count == width,
        values.bytes.count + last.count <= ParquetPage.sizeLimit
      else { throw TableFailure(reason: "a page has values of impossible size") }
      values.append(last)
    }
    return values
  }
}

/// Parquet's RLE/bit-packing hybrid ("Run Length Encoding / Bit-Packing Hybrid", RLE = 3): levels,
/// indices into dictionaries, truth values.
package enum HybridRuns {
  /// Reads `count` numbers of a width of 0 to 32 bits.
  package static func decode(_ bytes: ArraySlice<UInt8>, count: Int, width: Int) throws -> [UInt32]
  {
    guard (0...32).contains(width) else {
      throw TableFailure(reason: "a page has indices of \(width) bits")
    }
    if width == 0 { return [UInt32](repeating: 0, count: count) }
    var reader = PageReader(bytes)
    var values: [UInt32] = []
    values.reserveCapacity(count)
    while values.count < count {
      let header = try reader.varint()
      let missing = count - values.count
      if header & 1 == 0 {
        let raw = try reader.take((width + 7) / 8)
        let value = raw.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let run = Int(clamping: header >> 1)
        guard run > 0 else { throw TableFailure(reason: "a page has a run of no values") }
        values += repeatElement(value, count: min(run, missing))
      } else {
        let groups = header >> 1
        guard groups > 0, groups <= UInt64(reader.rest.count / width + 1) else {
          throw TableFailure.cutShort
        }
        // The last group may lack bytes that no value needs.
        let wanted = min(Int(groups) * 8, missing)
        let packed = reader.rest.prefix(Int(groups) * width)
        guard packed.count >= PackedBits.size(count: wanted, width: width) else {
          throw TableFailure.cutShort
        }
        values += PackedBits.unpack(packed, count: wanted, width: width).map {
          UInt32(truncatingIfNeeded: $0)
        }
        _ = try reader.take(packed.count)
      }
    }
    return values
  }

  /// Runs of at least 8 equal numbers as such, others packed in groups of 8.
  package static func encode(_ values: [UInt32], width: Int) -> [UInt8] {
    guard width > 0 else { return [] }
    var bytes: [UInt8] = []
    var literals: [UInt64] = []
    func flush() {
      guard !literals.isEmpty else { return }
      while literals.count % 8 != 0 { literals.append(0) }
      bytes.append(varint: UInt64(literals.count / 8) << 1 | 1)
      PackedBits.pack(literals, width: width, into: &bytes)
      literals = []
    }
    var position = 0
    while position < values.count {
      let value = values[position]
      let end = values[position...].firstIndex { $0 != value } ?? values.count
      // Packed groups are whole but for the last one.
      let lead = min((8 - literals.count % 8) % 8, end - position)
      if end - position - lead >= 8 {
        literals += repeatElement(UInt64(value), count: lead)
        flush()
        bytes.append(varint: UInt64(end - position - lead) << 1)
        for byte in 0..<(width + 7) / 8 {
          bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(8 * byte)))
        }
      } else {
        literals += repeatElement(UInt64(value), count: end - position)
      }
      position = end
    }
    flush()
    return bytes
  }

  /// The bits that numbers up to a maximum take.
  static func width(maximum: Int) -> Int { Int.bitWidth - maximum.leadingZeroBitCount }
}

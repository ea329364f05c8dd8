/// Numbers of equal width in bits, the lowest bit of a byte first.
enum PackedBits {
  /// The bytes that numbers take.
  static func size(count: Int, width: Int) -> Int { (count * width + 7) / 8 }

  /// Reads numbers of 0 to 64 bits from the first bytes, which must hold them.
  static func unpack(_ bytes: ArraySlice<UInt8>, count: Int, width: Int) -> [UInt64] {
    precondition(size(count: count, width: width) <= bytes.count, "PackedBits: too few bytes")
    guard width > 0 else { return [UInt64](repeating: 0, count: count) }
    return bytes.withUnsafeBufferPointer { bytes in
      var (position, used) = (0, 0)
      return (0..<count).map { _ in
        var (value, filled): (UInt64, Int) = (0, 0)
        while filled < width {
          let taken = min(8 - used, width - filled)
          let part = UInt64(bytes[position] >> UInt8(used)) & (1 << UInt64(taken) - 1)
          value |= part << UInt64(filled)
          filled += taken
          used += taken
          if used == 8 { (position, used) = (position + 1, 0) }
        }
        return value
      }
    }
  }

  static func pack(_ values: some Sequence<UInt64>, width: Int, into bytes: inout [UInt8]) {
    var (byte, used): (UInt8, Int) = (0, 0)
    for value in values {
      var (rest, missing) = (value, width)
      while missing > 0 {
        let taken = min(8 - used, missing)
        byte |= UInt8(truncatingIfNeeded: rest & (1 << UInt64(taken) - 1)) << UInt8(used)
        rest >>= UInt64(taken)
        missing -= taken
        used += taken
        if used == 8 {
          bytes.append(byte)
          (byte, used) = (0, 0)
        }
      }
    }
    if used > 0 { bytes.append(byte) }
  }
}

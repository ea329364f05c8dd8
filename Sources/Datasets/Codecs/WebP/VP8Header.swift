/// The header of a lossy WebP image's key frame (RFC 6386, 9.2 to 9.6), as far as its quantizer.
struct VP8Header {
  /// From 0, the finest, to 127: the mean of the segments'.
  let quantizer: Float

  /// nil if it is no key frame.
  init?(_ bytes: [UInt8]) {
    guard bytes.count > 12, bytes[0] & 1 == 0, bytes[3..<6] == [0x9D, 0x01, 0x2A] else {
      return nil
    }
    var reader = BooleanDecoder(bytes, start: 10)
    // Color space and clamping.
    _ = reader.literal(2)
    var segments: [Int] = []
    var isAbsolute = false
    if reader.flag() {
      let changesMap = reader.flag()
      if reader.flag() {
        isAbsolute = reader.flag()
        segments = (0..<4).map { _ in reader.optional(7) ?? 0 }
        for _ in 0..<4 { _ = reader.optional(6) }
      }
      if changesMap {
        for _ in 0..<3 where reader.flag() { _ = reader.literal(8) }
      }
    }
    // The filter's type, level and sharpness, and its differences.
    _ = reader.literal(10)
    if reader.flag(), reader.flag() {
      for _ in 0..<8 { _ = reader.optional(6) }
    }
    // Partitions.
    _ = reader.literal(2)
    let base = reader.literal(7)
    let all = segments.isEmpty ? [base] : segments.map { isAbsolute ? $0 : base + $0 }
    quantizer = Float(all.map { min(max($0, 0), 127) }.reduce(0, +)) / Float(all.count)
  }

  /// RFC 6386, 7.3.
  private struct BooleanDecoder {
    private let bytes: [UInt8]
    private var position: Int
    private var value: Int
    private var range = 255
    private var shifted = 0

    init(_ bytes: [UInt8], start: Int) {
      self.bytes = bytes
      value = Int(bytes[start]) << 8 | Int(bytes[start + 1])
      position = start + 2
    }

    /// A bit that is as often set as not.
    mutating func flag() -> Bool {
      let split = 1 + ((range - 1) * 128) >> 8
      let isSet = value >= split << 8
      if isSet {
        range -= split
        value -= split << 8
      } else {
        range = split
      }
      while range < 128 {
        value <<= 1
        range <<= 1
        shifted += 1
        if shifted == 8 {
          shifted = 0
          value |= position < bytes.count ? Int(bytes[position]) : 0
          position += 1
        }
      }
      return isSet
    }

    mutating func literal(_ bits: Int) -> Int {
      (0..<bits).reduce(0) { value, _ in value << 1 | (flag() ? 1 : 0) }
    }

    /// A number with a sign behind it, if a flag says that there is one.
    mutating func optional(_ bits: Int) -> Int? {
      guard flag() else { return nil }
      let size = literal(bits)
      return flag() ? -size : size
    }
  }
}

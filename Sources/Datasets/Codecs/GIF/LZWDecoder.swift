/// The variable-length codes of GIF (GIF89a specification, appendix F).
struct LZWDecoder {
  private let data: [UInt8]
  private let codeSize: Int

  /// - Parameter codeSize: bits of a value, from 1 to 11; values are bytes.
  init(_ data: [UInt8], codeSize: Int) {
    self.data = data
    self.codeSize = codeSize
  }

  /// The values up to the end, an invalid code, or a number of them.
  func values(atMost limit: Int) -> [UInt8] {
    let clear = 1 << codeSize
    // By code: the code of all values but the last, the last, and how many there are.
    var prefixes = [Int](repeating: 0, count: 4096)
    var last = (0..<4096).map { UInt8(truncatingIfNeeded: $0) }
    var lengths = [Int](repeating: 1, count: 4096)
    var next = clear + 2
    var width = codeSize + 1
    var previous: Int?
    var values: [UInt8] = []
    values.reserveCapacity(limit)
    var (bits, bitCount, position) = (0, 0, 0)
    while values.count < limit {
      while bitCount < width, position < data.count {
        bits |= Int(data[position]) << bitCount
        bitCount += 8
        position += 1
      }
      guard bitCount >= width else { break }
      let code = bits & (1 << width - 1)
      bits >>= width
      bitCount -= width
      if code == clear {
        (next, width, previous) = (clear + 2, codeSize + 1, nil)
        continue
      }
      guard code != clear + 1, code < next || (code == next && previous != nil) else { break }
      guard previous != nil || code < clear else { break }
      // A code that is just being made stands for the previous values and the first of them again.
      let isNew = code == next
      let start = values.count
      var current = isNew ? previous ?? 0 : code
      let length = lengths[current]
      values += [UInt8](repeating: 0, count: length)
      for place in stride(from: start + length - 1, through: start, by: -1) {
        values[place] = last[current]
        current = prefixes[current]
      }
      let first = values[start]
      if isNew { values.append(first) }
      if let previous, next < 4096 {
        prefixes[next] = previous
        last[next] = first
        lengths[next] = lengths[previous] + 1
        next += 1
        if next == 1 << width, width < 12 { width += 1 }
      }
      previous = code
    }
    return Array(values.prefix(limit))
  }
}

/// Takes parts of a page's bytes one after another; throws `TableFailure.cutShort` at the end.
package struct PageReader {
  private(set) var rest: ArraySlice<UInt8>

  package init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
    guard count >= 0, count <= rest.count else { throw TableFailure.cutShort }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  /// 4 bytes, little-endian.
  mutating func length() throws -> Int {
    try take(4).reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  mutating func byte() throws -> UInt8 {
    guard let byte = rest.popFirst() else { throw TableFailure.cutShort }
    return byte
  }

  /// A number in groups of 7 bits, the lowest first (LEB128).
  mutating func varint() throws -> UInt64 {
    var number: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      let byte = try byte()
      number |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return number }
    }
    throw TableFailure(reason: "a page has a number without end")
  }

  mutating func zigzag() throws -> Int64 {
    let number = try varint()
    return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
  }
}

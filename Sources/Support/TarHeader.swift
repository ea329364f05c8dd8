/// A header block of a tar archive: POSIX ustar (IEEE Std 1003.1), with GNU's extensions.
package struct TarHeader {
  package static let size = 512

  package var bytes: [UInt8]

  private static let sizeField = 124..<136
  private static let checksumField = 148..<156

  /// A header for a file, without user, time or prefix.
  package init(name: [UInt8], type: UInt8, size: Int) {
    bytes = [UInt8](repeating: 0, count: Self.size)
    bytes.replaceSubrange(0..<min(name.count, 100), with: name.prefix(100))
    bytes.replaceSubrange(100..<108, with: Array("0000644\0".utf8))
    for field in [108..<116, 116..<124] {
      bytes.replaceSubrange(field, with: Array("0000000\0".utf8))
    }
    bytes.replaceSubrange(136..<148, with: Array("00000000000\0".utf8))
    bytes.replaceSubrange(257..<265, with: Array("ustar\u{0}00".utf8))
    bytes[156] = type
    setSize(size)
  }

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  package var type: UInt8 { bytes[156] == 0 || bytes[156] == UInt8(ascii: "7") ? 0x30 : bytes[156] }
  package var isEmpty: Bool { bytes.allSatisfy { $0 == 0 } }

  /// The name, with ustar's prefix before it.
  package var name: [UInt8] {
    let name = Array(bytes[0..<100].prefix { $0 != 0 })
    let prefix = Array(bytes[345..<500].prefix { $0 != 0 })
    // GNU's own format has times there.
    let isPOSIX = bytes[257..<263].elementsEqual("ustar\0".utf8)
    return isPOSIX && !prefix.isEmpty ? prefix + [UInt8(ascii: "/")] + name : name
  }

  /// Octal digits, or GNU's binary number; nil if it is neither.
  package var contentSize: Int? {
    let field = bytes[Self.sizeField]
    if bytes[124] & 0x80 != 0 {
      guard bytes[124] == 0x80, field.dropFirst().dropLast(8).allSatisfy({ $0 == 0 }) else {
        return nil
      }
      return Int(exactly: field.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
    let text = field.drop { $0 == 32 }.prefix { $0 != 0 && $0 != 32 }
    return text.isEmpty ? 0 : Int(String(decoding: text, as: UTF8.self), radix: 8)
  }

  /// Whether the checksum is that of the bytes, which old programs summed as signed.
  package var isValid: Bool {
    let field = bytes[Self.checksumField].drop { $0 == 32 }.prefix { $0 != 0 && $0 != 32 }
    guard let stated = Int(String(decoding: field, as: UTF8.self), radix: 8) else { return false }
    let blank = blankChecksum
    return stated == blank.reduce(0) { $0 + Int($1) }
      || stated == blank.reduce(0) { $0 + Int(Int8(bitPattern: $1)) }
  }

  private var blankChecksum: [UInt8] {
    var blank = bytes
    blank.replaceSubrange(Self.checksumField, with: [UInt8](repeating: 32, count: 8))
    return blank
  }

  package mutating func setName(_ name: [UInt8]) {
    bytes.replaceSubrange(0..<100, with: name + [UInt8](repeating: 0, count: 100 - name.count))
    bytes.replaceSubrange(345..<500, with: [UInt8](repeating: 0, count: 155))
    setChecksum()
  }

  /// From 8 GiB on by GNU's binary number.
  package mutating func setSize(_ size: Int) {
    let binary = withUnsafeBytes(of: UInt64(size).bigEndian) { [0x80, 0, 0, 0] + Array($0) }
    bytes.replaceSubrange(
      Self.sizeField, with: size < 1 << 33 ? Self.octal(size, digits: 11) + [0] : binary)
    setChecksum()
  }

  private mutating func setChecksum() {
    let sum = blankChecksum.reduce(0) { $0 + Int($1) }
    bytes.replaceSubrange(Self.checksumField, with: Self.octal(sum, digits: 6) + [0, 32])
  }

  private static func octal(_ number: Int, digits: Int) -> [UInt8] {
    let text = String(number, radix: 8)
    return Array((String(repeating: "0", count: digits - text.count) + text).utf8)
  }

  /// The blocks before a file's contents: a pax header with the name if it is long, and the header.
  package static func blocks(name: FileName, header: TarHeader) -> [UInt8] {
    var header = header
    header.setName(Array(name.bytes.prefix(100)))
    guard name.bytes.count > 100 else { return header.bytes }
    // Its length counts its own digits.
    let record = Array(" path=".utf8) + name.bytes + [10]
    var length = record.count + 1
    while String(length).utf8.count + record.count != length { length += 1 }
    let text = Array(String(length).utf8) + record
    let pax = TarHeader(name: [], type: UInt8(ascii: "x"), size: text.count)
    return pax.bytes + text + padding(after: text.count) + header.bytes
  }

  /// Zeros up to the next block.
  package static func padding(after count: Int) -> [UInt8] {
    [UInt8](repeating: 0, count: (size - count % size) % size)
  }
}

/// The central directory of a zip archive (APPNOTE.TXT 4.3), checked.
struct ZipDirectory {
  struct Failure: Error {
    var reason: String
  }

  private(set) var members: [ZipFile.Member] = []
  /// Bytes in the file.
  let range: Range<Int>
  let entries: [UInt8]
  let comment: [UInt8]

  private static let endSize = 22
  private static let locatorSize = 20
  private static let zip64EndSize = 56
  private static let entrySize = 46

  init(_ file: RandomAccessFile) throws {
    // The end record is the last thing but for a comment of at most 65,535 bytes.
    let tailSize = min(file.size, Self.endSize + 0xFFFF)
    let tailStart = file.size - tailSize
    let tail = try file.bytes(at: tailStart, count: tailSize)
    guard let end = Self.endRecord(in: tail) else {
      throw Failure(reason: "its archive is cut short: the directory at the end is missing")
    }
    let fields = tail[end...]
    var (count, size, start) = (
      Int(fields.number(10, as: UInt16.self)), Int(fields.number(12, as: UInt32.self)),
      Int(fields.number(16, as: UInt32.self))
    )
    var endPosition = tailStart + end
    guard fields.number(4, as: UInt16.self) == fields.number(6, as: UInt16.self) else {
      throw Failure(reason: "its archive is a part of several")
    }
    if let zip64 = try Self.zip64End(file, before: endPosition) {
      (count, size, start, endPosition) = zip64
    }
    guard start >= 0, size >= 0, start <= endPosition, size == endPosition - start else {
      throw Failure(
        reason: "its archive is damaged: the directory of \(size) bytes is not where it should be")
    }
    guard count >= 0, count <= size / Self.entrySize else {
      throw Failure(reason: "its archive is damaged: \(count) members in \(size) bytes")
    }
    range = start..<start + size
    let bytes = try file.bytes(at: start, count: size)
    entries = bytes
    comment = Array(fields.dropFirst(Self.endSize))
    members.reserveCapacity(count)
    var position = 0
    for _ in 0..<count { members.append(try Self.entry(bytes, &position, end: start)) }
    guard position == size else {
      throw Failure(reason: "its archive is damaged: more than \(count) members")
    }
    try checkOverlaps()
  }

  /// Where the end record starts: its comment ends with the file.
  private static func endRecord(in tail: [UInt8]) -> Int? {
    guard tail.count >= endSize else { return nil }
    return stride(from: tail.count - endSize, through: 0, by: -1).first { start in
      tail[start] == 0x50 && tail[start...].number(0, as: UInt32.self) == 0x0605_4B50
        && Int(tail[start...].number(20, as: UInt16.self)) == tail.count - start - endSize
    }
  }

  /// The numbers of the zip64 end record, if a locator stands before the end record.
  private static func zip64End(
    _ file: RandomAccessFile, before end: Int
  ) throws -> (count: Int, size: Int, start: Int, position: Int)? {
    guard end >= locatorSize + zip64EndSize else { return nil }
    let locator = try file.bytes(at: end - locatorSize, count: locatorSize)[...]
    guard locator.number(0, as: UInt32.self) == 0x0706_4B50 else { return nil }
    guard let position = Int(exactly: locator.number(8, as: UInt64.self)),
      position <= end - locatorSize - zip64EndSize
    else {
      throw Failure(reason: "its archive is damaged: the zip64 record is not where it should be")
    }
    let record = try file.bytes(at: position, count: zip64EndSize)[...]
    guard record.number(0, as: UInt32.self) == 0x0606_4B50,
      let count = Int(exactly: record.number(32, as: UInt64.self)),
      let size = Int(exactly: record.number(40, as: UInt64.self)),
      let start = Int(exactly: record.number(48, as: UInt64.self))
    else { throw Failure(reason: "its archive is damaged: the zip64 record is not one") }
    return (count, size, start, position)
  }

  private static func entry(
    _ bytes: [UInt8], _ position: inout Int, end: Int
  ) throws(Failure) -> ZipFile.Member {
    let fields = bytes[position...]
    guard fields.count >= entrySize, fields.number(0, as: UInt32.self) == 0x0201_4B50 else {
      throw Failure(reason: "its archive is damaged: the directory holds what is no member")
    }
    let nameSize = Int(fields.number(28, as: UInt16.self))
    let extraSize = Int(fields.number(30, as: UInt16.self))
    let total = entrySize + nameSize + extraSize + Int(fields.number(32, as: UInt16.self))
    guard fields.count >= total else {
      throw Failure(reason: "its archive is damaged: the directory is cut short")
    }
    let nameStart = position + entrySize
    let name = FileName(bytes: bytes[nameStart..<nameStart + nameSize])
    let extra = bytes[nameStart + nameSize..<nameStart + nameSize + extraSize]
    let wide = try wideNumbers(fields, extra, name)
    let headerPosition = wide.headerPosition
    guard headerPosition <= end, wide.storedSize <= end - headerPosition else {
      throw Failure(reason: "its archive is damaged: member \(name) lies outside of it")
    }
    let entryRange = position..<position + total
    position += total
    let isFromUnix = fields.number(4, as: UInt16.self) >> 8 == 3
    let method = Int(fields.number(10, as: UInt16.self))
    return ZipFile.Member(
      name: name, size: wide.size, storedSize: wide.storedSize,
      method: method == 0 ? .stored : method == 8 ? .deflated : .other(method),
      isEncrypted: fields.number(8, as: UInt16.self) & 1 != 0,
      checksum: fields.number(16, as: UInt32.self),
      mode: isFromUnix ? UInt16(fields.number(38, as: UInt32.self) >> 16) : nil,
      headerPosition: headerPosition, entryRange: entryRange)
  }

  /// Sizes and position: of the fields, or of the zip64 extra field where those are all ones.
  private static func wideNumbers(
    _ fields: ArraySlice<UInt8>, _ extra: ArraySlice<UInt8>, _ name: FileName
  ) throws(Failure) -> (size: Int, storedSize: Int, headerPosition: Int) {
    var numbers = [24, 20, 42].map { UInt64(fields.number($0, as: UInt32.self)) }
    if numbers.contains(0xFFFF_FFFF) {
      var rest = extra
      while rest.count >= 4 {
        let size = Int(rest.number(2, as: UInt16.self))
        guard rest.count >= 4 + size else { break }
        if rest.number(0, as: UInt16.self) == 1 {
          var values = rest.dropFirst(4).prefix(size)
          for index in numbers.indices where numbers[index] == 0xFFFF_FFFF && values.count >= 8 {
            numbers[index] = values.number(0, as: UInt64.self)
            values = values.dropFirst(8)
          }
          break
        }
        rest = rest.dropFirst(4 + size)
      }
    }
    let integers = numbers.compactMap { Int(exactly: $0) }
    guard integers.count == 3 else {
      throw Failure(reason: "its archive is damaged: member \(name) has impossible sizes")
    }
    return (integers[0], integers[1], integers[2])
  }

  /// Bytes that serve several members make small archives of endless contents.
  private func checkOverlaps() throws(Failure) {
    var end = 0
    for member in members.sorted(by: { $0.headerPosition < $1.headerPosition }) {
      guard member.headerPosition >= end else {
        throw Failure(reason: "its archive is damaged: member \(member.name) overlaps another")
      }
      end =
        member.headerPosition + ZipFile.localHeaderSize + member.name.bytes.count
        + member.storedSize
    }
    guard end <= range.lowerBound else {
      throw Failure(reason: "its archive is damaged: the last member overlaps the directory")
    }
  }
}

extension ArraySlice<UInt8> {
  /// A little-endian number at an offset from the start, which must be there.
  func number<Number: FixedWidthInteger & BitwiseCopyable>(
    _ offset: Int, as type: Number.Type
  ) -> Number {
    withUnsafeBytes {
      Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Number.self))
    }
  }
}

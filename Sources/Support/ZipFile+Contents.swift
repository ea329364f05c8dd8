extension ZipFile {
  static let localHeaderSize = 30

  /// Where a member's bytes as they are kept lie in the file.
  ///
  /// Throws `FileError` if the local header is not that of the member.
  public func storedRange(of member: Member) throws -> Range<Int> {
    guard directoryPosition - member.headerPosition >= Self.localHeaderSize else {
      throw damaged(member, "has no header")
    }
    let header = try file.bytes(at: member.headerPosition, count: Self.localHeaderSize)[...]
    let nameSize = Int(header.number(26, as: UInt16.self))
    let start =
      member.headerPosition + Self.localHeaderSize + nameSize
      + Int(header.number(28, as: UInt16.self))
    guard header.number(0, as: UInt32.self) == 0x0403_4B50, start <= directoryPosition,
      member.storedSize <= directoryPosition - start
    else { throw damaged(member, "has a header that is none") }
    let name = try file.bytes(
      at: member.headerPosition + Self.localHeaderSize, count: nameSize)
    guard name == member.name.bytes else {
      throw damaged(member, "is named \(FileName(bytes: name)) in another place")
    }
    return start..<start + member.storedSize
  }

  /// A member's contents, checked against their checksum.
  ///
  /// - Parameter limit: Bytes that may be allocated; a member that has more is an error.
  public func contents(of member: Member, limit: Int) throws -> [UInt8] {
    guard member.size <= limit else {
      throw damaged(member, "has \(member.size) bytes, more than the \(limit) that are read")
    }
    // One byte becomes at most 1032 (zlib's technical notes), so that nothing is allocated for
    // a size that cannot be true.
    guard member.method != .deflated || member.size / 1032 <= member.storedSize else {
      throw damaged(member, "claims \(member.size) bytes out of \(member.storedSize)")
    }
    var contents: [UInt8] = []
    contents.reserveCapacity(member.size)
    try forEachBlock(of: member) { contents += $0 }
    return contents
  }

  /// The first bytes of a member's contents, unchecked.
  public func beginning(of member: Member, count: Int) throws -> [UInt8] {
    struct Enough: Error {}
    var bytes: [UInt8] = []
    guard count > 0 else { return bytes }
    do {
      try forEachBlock(of: member) { block in
        bytes += block.prefix(count - bytes.count)
        if bytes.count == count { throw Enough() }
      }
    } catch is Enough {}
    return bytes
  }

  /// Calls `body` with a member's contents in blocks of at most 1 MiB; fails at the end if the
  /// checksum is not theirs.
  public func forEachBlock(
    of member: Member, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    guard !member.isEncrypted else { throw damaged(member, "is encrypted") }
    let range = try storedRange(of: member)
    var check = CRC32()
    switch member.method {
    case .stored:
      guard member.size == member.storedSize else {
        throw damaged(member, "claims \(member.size) bytes out of \(member.storedSize)")
      }
      try forEachStoredBlock(range) {
        check.update($0)
        try body($0)
      }
    case .deflated:
      try inflate(member, range) {
        check.update($0)
        try body($0)
      }
    case .other(let number):
      throw damaged(
        member, "is compressed by method \(number); supported: stored, Deflate")
    }
    guard check.value == member.checksum else {
      throw damaged(member, "is damaged: its checksum is wrong")
    }
  }

  private static let blockSize = 1 << 20

  private func forEachStoredBlock(
    _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.blockSize) {
      let bytes = try file.bytes(at: start, count: min(Self.blockSize, range.upperBound - start))
      try bytes.withUnsafeBytes(body)
    }
  }

  private func inflate(
    _ member: Member, _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    var written = 0
    var isAtEnd = false
    var block = [UInt8](repeating: 0, count: min(Self.blockSize, max(member.size, 1)))
    do {
      let inflater = try Inflater(.none)
      try forEachStoredBlock(range) { input in
        var rest = input
        while !isAtEnd {
          let step = try block.withUnsafeMutableBytes {
            let step = try inflater.inflate(rest, into: $0)
            written += step.written
            guard written <= member.size else {
              throw Inflater.Failure(reason: "it has more than the \(member.size) bytes it claims")
            }
            try body(UnsafeRawBufferPointer(rebasing: $0[..<step.written]))
            return step
          }
          rest = UnsafeRawBufferPointer(rebasing: rest[step.read...])
          isAtEnd = step.isAtEnd
          if step.written < block.count && rest.isEmpty { break }
        }
      }
    } catch let failure as Inflater.Failure {
      throw damaged(member, "is damaged: \(failure.reason)")
    }
    guard isAtEnd, written == member.size else {
      throw damaged(member, "is damaged: \(written) bytes instead of \(member.size)")
    }
  }
}

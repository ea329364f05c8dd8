import Support

/// The members of a tar archive, indexed by their headers; nothing is unpacked.
package struct TarArchive: Sendable {
  /// The file as it lies on disk.
  let source: RandomAccessFile
  /// The archive's bytes: the same, or what it is unpacked to.
  let file: RandomAccessFile
  var path: String { source.path.description }
  var isPacked: Bool { source !== file }
  package let members: [TarMember]
  /// Where the last member ends.
  let end: Int

  /// Bytes of a long name or an extended header at most.
  private static let extensionLimit = 1 << 20

  /// Reads all headers: ustar, GNU's long names, pax; an archive compressed by gzip is unpacked.
  ///
  /// - Throws: `FileError.damaged` for a wrong checksum or a member that is cut short.
  package init(_ path: FileName) throws {
    let source = try RandomAccessFile(path)
    let isPacked = GzipFile.begins(try source.bytes(at: 0, count: min(source.size, 2)))
    let file = try isPacked ? GzipFile.unpack(source) : source
    var members: [TarMember] = []
    var position = 0
    var start = 0
    var longName: [UInt8]?
    var pax: [String: [UInt8]] = [:]
    func damaged(_ reason: String) -> FileError {
      .damaged(
        path: path.description, reason: reason, advice: "the archive is damaged; fetch it again")
    }
    func contents(_ range: Range<Int>) throws -> [UInt8] {
      guard range.count <= Self.extensionLimit else {
        throw damaged("a name of \(range.count) bytes is stated at byte \(start)")
      }
      return try file.bytes(at: range.lowerBound, count: range.count)
    }
    while position + TarHeader.size <= file.size {
      let header = TarHeader(try file.bytes(at: position, count: TarHeader.size))
      if header.isEmpty { break }
      guard header.isValid else {
        throw damaged("the header at byte \(position) has a wrong checksum")
      }
      let stated = try pax["size"].map {
        try Self.number($0, or: damaged("a pax size is no number"))
      }
      guard let size = stated ?? header.contentSize else {
        throw damaged("the header at byte \(position) has no size")
      }
      let first = position + TarHeader.size
      let (last, overflows) = first.addingReportingOverflow(size)
      guard size >= 0, !overflows, last <= file.size else {
        let name = FileName(bytes: pax["path"] ?? longName ?? header.name)
        throw damaged("it is cut short in the member \(name), \(size) bytes long")
      }
      let next = first + (size + TarHeader.size - 1) / TarHeader.size * TarHeader.size
      switch header.type {
      case UInt8(ascii: "L"): longName = Array(try contents(first..<last).prefix { $0 != 0 })
      case UInt8(ascii: "K"): break
      case UInt8(ascii: "x"):
        guard let records = Self.paxRecords(try contents(first..<last)) else {
          throw damaged("the pax header at byte \(position) cannot be read")
        }
        pax = records
      default:
        let isSparse = pax.keys.contains { $0.hasPrefix("GNU.sparse") }
        members.append(
          TarMember(
            name: FileName(bytes: pax["path"] ?? longName ?? header.name),
            type: isSparse ? UInt8(ascii: "S") : header.type, range: start..<min(next, file.size),
            contents: first..<last))
        (longName, pax, start) = (nil, [:], next)
      }
      position = next
    }
    let rest = try file.bytes(
      at: min(position, file.size), count: min(max(file.size - position, 0), TarHeader.size))
    guard start == position, rest.allSatisfy({ $0 == 0 }) else {
      throw damaged("it is cut short in the header at byte \(start)")
    }
    self.source = source
    self.file = file
    self.members = members
    end = min(start, file.size)
  }

  package func contents(of member: TarMember, first count: Int? = nil) throws -> [UInt8] {
    try file.bytes(
      at: member.contents.lowerBound,
      count: min(member.contents.count, count ?? member.contents.count))
  }

  private static func number(_ text: [UInt8], or error: FileError) throws -> Int {
    guard let number = Int(String(decoding: text, as: UTF8.self)) else { throw error }
    return number
  }

  /// Records `length key=value\n`; nil if they are not such.
  private static func paxRecords(_ bytes: [UInt8]) -> [String: [UInt8]]? {
    var records: [String: [UInt8]] = [:]
    var position = 0
    while position < bytes.count, bytes[position] != 0 {
      guard let space = bytes[position...].firstIndex(of: 32),
        let length = Int(String(decoding: bytes[position..<space], as: UTF8.self)),
        length > space - position + 1, length <= bytes.count - position,
        let equals = bytes[space..<position + length].firstIndex(of: UInt8(ascii: "="))
      else { return nil }
      records[String(decoding: bytes[space + 1..<equals], as: UTF8.self)] =
        Array(bytes[equals + 1..<position + length - 1])
      position += length
    }
    return records
  }
}

extension TarArchive {
  /// The bytes of a member with other contents, and perhaps another name.
  func member(_ member: TarMember, name: FileName, contents: [UInt8]) throws -> [UInt8] {
    let headers = member.range.lowerBound..<member.contents.lowerBound
    let extensions = headers.lowerBound..<headers.upperBound - TarHeader.size
    var header = TarHeader(
      try file.bytes(at: extensions.upperBound, count: TarHeader.size))
    header.setSize(contents.count)
    let contents = contents + TarHeader.padding(after: contents.count)
    if name != member.name || member.contents.count >= 1 << 33 {
      return TarHeader.blocks(name: name, header: header) + contents
    }
    return try file.bytes(at: extensions.lowerBound, count: extensions.count) + header.bytes
      + contents
  }
}

/// A changed copy of a zip archive: members that stay keep their compressed bytes and headers.
///
///     let copy = try ZipCopy(of: archive, to: "changed.zip")
///     try copy.keep(archive.members[0])
///     try copy.replace(archive.members[1]) { try $0(bytes) }
///     try copy.finish()
public final class ZipCopy {
  private let source: ZipFile
  private let output: AppendOnlyFile
  /// Entries of the new central directory.
  private var entries = ByteWriter()
  private var count = 0
  private var isChanged = false

  private static let wide = UInt32.max

  public convenience init(of source: ZipFile, to path: FileName) throws {
    self.init(of: source, into: AppendOnlyFile(try RandomAccessFile(path, .create)))
  }

  /// - Parameter output: an empty file.
  public init(of source: ZipFile, into output: AppendOnlyFile) {
    self.source = source
    self.output = output
  }

  /// Copies a member as it is, perhaps under another name.
  public func keep(_ member: ZipFile.Member, name: FileName? = nil) throws {
    let position = output.count
    var entry = Array(source.entries[member.entryRange])
    let range = source.wholeRange(of: member)
    if let name, name != member.name {
      isChanged = true
      // The name and its length, here and there; all else follows.
      let size = withUnsafeBytes(of: UInt16(name.bytes.count).littleEndian) { Array($0) }
      let oldSize = member.name.bytes.count
      entry.replaceSubrange(46..<46 + oldSize, with: name.bytes)
      entry.replaceSubrange(28..<30, with: size)
      _ = try source.storedRange(of: member)
      let headerSize = ZipFile.localHeaderSize
      var header = try source.file.bytes(at: range.lowerBound, count: headerSize)
      header.replaceSubrange(26..<28, with: size)
      try output.append(header + name.bytes)
      try output.append(source.file, range.lowerBound + headerSize + oldSize..<range.upperBound)
    } else {
      try output.append(source.file, range)
    }
    if position != member.headerPosition {
      isChanged = true
      Self.set(position, in: &entry)
    }
    entries.append(contentsOf: entry)
    count += 1
  }

  /// Writes a member with other contents, and perhaps another name, compressed as it was.
  ///
  /// - Parameter body: gives the contents piece by piece to the function that it is called with.
  public func replace(
    _ member: ZipFile.Member, name: FileName? = nil,
    _ body: (_ append: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws {
    isChanged = true
    let old = Array(source.entries[member.entryRange])
    // Version, flags for UTF-8, method, time and date as they were.
    let flags = UInt16(old[8...].number(0, as: UInt16.self) & 0x800)
    let stamp = Array(old[12..<16])
    try write(
      name ?? member.name, isDeflated: member.method == .deflated, flags: flags, stamp: stamp,
      version: Array(old[4..<6]), attributes: Array(old[36..<42]), body)
  }

  /// Writes a new member, compressed.
  public func add(_ name: FileName, _ contents: [UInt8]) throws {
    isChanged = true
    // As made on Unix: a regular file that all may read; the first day of such dates.
    let attributes = [UInt8](repeating: 0, count: 4) + [0xA4, 0x81]
    try write(
      name, isDeflated: true, flags: 0x800, stamp: [0, 0, 0x21, 0], version: [20, 3],
      attributes: attributes
    ) { append in try contents.withUnsafeBytes { try append($0) } }
  }

  private func write(
    _ name: FileName, isDeflated: Bool, flags: UInt16, stamp: [UInt8], version: [UInt8],
    attributes: [UInt8], _ body: (_ append: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws {
    let position = output.count
    // Sizes are known behind the contents: the header is written again then.
    let placeholder = Self.localHeader(
      name, isDeflated: isDeflated, flags: flags, stamp: stamp, checksum: 0, size: 0, stored: 0)
    try output.append(placeholder)
    let start = output.count
    var (size, check) = (0, CRC32())
    let deflater = isDeflated ? Deflater(.none) : nil
    try body { bytes in
      size += bytes.count
      check.update(bytes)
      if let deflater {
        try deflater.deflate(bytes, isLast: false, output.append)
      } else {
        try output.append(bytes)
      }
    }
    try deflater?.deflate(
      UnsafeRawBufferPointer(start: nil, count: 0), isLast: true, output.append)
    let stored = output.count - start
    try output.overwrite(
      Self.localHeader(
        name, isDeflated: isDeflated, flags: flags, stamp: stamp, checksum: check.value,
        size: size, stored: stored), at: position)
    var entry = ByteWriter()
    entry.append(UInt32(0x0201_4B50))
    entry.append(contentsOf: version)
    entry.append(UInt16(45))
    entry.append(flags)
    entry.append(UInt16(isDeflated ? 8 : 0))
    entry.append(contentsOf: stamp)
    entry.append(check.value)
    entry.append(Self.wide)
    entry.append(Self.wide)
    entry.append(UInt16(name.bytes.count))
    entry.append(UInt16(28))
    for _ in 0..<2 { entry.append(UInt16(0)) }
    entry.append(contentsOf: attributes)
    entry.append(Self.wide)
    entry.append(contentsOf: name.bytes)
    entry.append(UInt16(1))
    entry.append(UInt16(24))
    for number in [size, stored, position] { entry.append(UInt64(number)) }
    entries.append(contentsOf: entry.bytes)
    count += 1
  }

  /// A local header with its sizes in a zip64 field, whatever they are.
  private static func localHeader(
    _ name: FileName, isDeflated: Bool, flags: UInt16, stamp: [UInt8], checksum: UInt32, size: Int,
    stored: Int
  ) -> [UInt8] {
    var header = ByteWriter()
    header.append(UInt32(0x0403_4B50))
    header.append(UInt16(45))
    header.append(flags)
    header.append(UInt16(isDeflated ? 8 : 0))
    header.append(contentsOf: stamp)
    header.append(checksum)
    header.append(wide)
    header.append(wide)
    header.append(UInt16(name.bytes.count))
    header.append(UInt16(20))
    header.append(contentsOf: name.bytes)
    header.append(UInt16(1))
    header.append(UInt16(16))
    header.append(UInt64(size))
    header.append(UInt64(stored))
    return header.bytes
  }

  /// Puts another position of the local header into an entry.
  private static func set(_ position: Int, in entry: inout [UInt8]) {
    func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
      withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }
    guard entry[...].number(42, as: UInt32.self) == wide else {
      // A position that was narrow and now is wide has a field of its own for it.
      guard position < Int(wide) else {
        let nameSize = Int(entry[...].number(28, as: UInt16.self))
        let extraSize: UInt16 = entry[...].number(30, as: UInt16.self)
        entry.replaceSubrange(42..<46, with: bytes(wide))
        entry.replaceSubrange(30..<32, with: bytes(extraSize + 12))
        entry.insert(
          contentsOf: bytes(UInt16(1)) + bytes(UInt16(8)) + bytes(UInt64(position)),
          at: 46 + nameSize)
        return
      }
      entry.replaceSubrange(42..<46, with: bytes(UInt32(position)))
      return
    }
    // The last number of the zip64 field.
    var field = 46 + Int(entry[...].number(28, as: UInt16.self))
    while entry[field...].number(0, as: UInt16.self) != 1 {
      field += 4 + Int(entry[field...].number(2, as: UInt16.self))
    }
    let sizes = [24, 20].filter { entry[...].number($0, as: UInt32.self) == wide }.count
    let place = field + 4 + 8 * sizes
    entry.replaceSubrange(place..<place + 8, with: bytes(UInt64(position)))
  }

  /// Writes the directory.
  public func finish() throws {
    let position = output.count
    guard isChanged || count != source.members.count else {
      try output.append(source.file, source.directoryPosition..<source.file.size)
      return
    }
    try output.append(entries.bytes)
    let size = output.count - position
    if count >= 0xFFFF || position + size >= Int(Self.wide) {
      try output.append(Self.zip64End(count: count, size: size, position: position))
    }
    var end = ByteWriter()
    end.append(UInt32(0x0605_4B50))
    end.append(UInt32(0))
    for _ in 0..<2 { end.append(UInt16(clamping: count)) }
    end.append(UInt32(clamping: size))
    end.append(UInt32(clamping: position))
    end.append(UInt16(source.comment.count))
    end.append(contentsOf: source.comment)
    try output.append(end.bytes)
  }

  private static func zip64End(count: Int, size: Int, position: Int) -> [UInt8] {
    var record = ByteWriter()
    record.append(UInt32(0x0606_4B50))
    record.append(UInt64(44))
    record.append(UInt16(45))
    record.append(UInt16(45))
    record.append(UInt64(0))
    for _ in 0..<2 { record.append(UInt64(count)) }
    record.append(UInt64(size))
    record.append(UInt64(position))
    record.append(UInt32(0x0706_4B50))
    record.append(UInt32(0))
    record.append(UInt64(position + size))
    record.append(UInt32(1))
    return record.bytes
  }
}

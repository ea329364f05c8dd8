import Support

/// An IDX file: a big-endian header with the type and the shape, then the numbers; perhaps
/// compressed by gzip.
package struct IDXFile: Sendable {
  /// The file as it lies on disk.
  let source: RandomAccessFile
  let isPacked: Bool
  let header: [UInt8]
  package let array: NumberArray

  /// Reads the header, and unpacks a compressed file.
  ///
  /// - Throws: `FileError.damaged` unless the file has just the numbers that its header says.
  package init(_ path: FileName) throws {
    source = try RandomAccessFile(path)
    isPacked = GzipFile.begins(try source.bytes(at: 0, count: min(source.size, 2)))
    let file = try isPacked ? Self.unpack(source) : source
    let beginning = try file.bytes(at: 0, count: min(file.size, 256))
    let (type, shape, size) = try Self.header(beginning, path)
    let headerSize = 4 + 4 * shape.count
    guard file.size == headerSize + size else {
      throw Self.damaged(path, "it has \(file.size - headerSize) bytes of data instead of \(size)")
    }
    header = Array(beginning[..<headerSize])
    array = NumberArray(
      file: file, offset: headerSize, type: type, shape: shape, path: path.description)
  }

  /// The numbers as they are stored now.
  func reread() throws -> NumberArray {
    guard isPacked else { return array }
    return NumberArray(
      file: try Self.unpack(source), offset: array.offset, type: array.type, shape: array.shape,
      path: array.path)
  }

  private static func unpack(_ source: RandomAccessFile) throws -> RandomAccessFile {
    try GzipFile.unpack(source) { beginning in
      let (_, shape, size) = try header(beginning, source.path)
      return 4 + 4 * shape.count + size
    }
  }

  private static func damaged(_ path: FileName, _ reason: String) -> FileError {
    .damaged(
      path: path.description, reason: reason,
      advice: "it is cut short or not IDX; fetch it again")
  }

  /// The type, the shape and the bytes of data that a file's first bytes say.
  private static func header(
    _ bytes: [UInt8], _ path: FileName
  ) throws -> (type: NumberType, shape: [Int], size: Int) {
    guard bytes.count >= 4 else {
      throw damaged(path, "\(bytes.count) bytes cannot hold an IDX header")
    }
    let dimensions = Int(bytes[3])
    guard bytes[0] == 0, bytes[1] == 0, let type = NumberType(code: bytes[2]),
      (1...4).contains(dimensions)
    else {
      let found = bytes[..<4].map { String($0, radix: 16) }.joined(separator: " ")
      throw damaged(path, "it begins with the bytes \(found), which name no type and shape")
    }
    guard bytes.count >= 4 + 4 * dimensions else {
      throw damaged(path, "\(bytes.count) bytes cannot hold an IDX header")
    }
    let shape = (1...dimensions).map { word in
      Int(bytes[word * 4..<word * 4 + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
    }
    guard let size = NumberArray.byteCount(shape, size: type.size) else {
      throw damaged(path, "the sizes in its header are impossible")
    }
    return (type, shape, size)
  }

  /// Writes the file into a directory, with other numbers or some rows only.
  ///
  /// - Parameter changed: nil to keep the numbers.
  func write(in directory: FileName, _ changed: NumberArray?, keeping kept: [Int]?) throws {
    let path = directory / source.path.lastComponent
    guard changed != nil || kept != nil else { return try source.copy(to: path) }
    let numbers = changed ?? array
    var header = header
    let count = UInt32(kept?.count ?? numbers.rowCount)
    header.replaceSubrange(4..<8, with: withUnsafeBytes(of: count.bigEndian) { Array($0) })
    func fill(_ output: AppendOnlyFile) throws {
      try output.append(header)
      try numbers.write(keeping: kept, output.append)
    }
    if isPacked {
      try GzipFile.pack(try TemporaryFile.make(fill), to: path)
    } else {
      try fill(AppendOnlyFile(try RandomAccessFile(path, .create)))
    }
  }
}

import Support

/// Records of one size that follow a header in a file.
struct FixedSizeRecords: Sendable {
  let file: RandomAccessFile
  /// Bytes before the first record.
  let header: Int
  /// Bytes of a record.
  let size: Int

  func position(of record: Int) -> Int { header + record * size }

  /// The same records in a copy of the file, to be changed there.
  func copied(to directory: FileName) throws -> FixedSizeRecords {
    let copy = directory / file.path.lastComponent
    try file.copy(to: copy)
    return FixedSizeRecords(
      file: try RandomAccessFile(copy, .update), header: header, size: size)
  }

  /// Moves the records that are kept, in ascending order, to the front and cuts the file there.
  func keep(only kept: [Int]) throws {
    for (place, record) in kept.enumerated() where place != record {
      let bytes = try file.bytes(at: position(of: record), count: size)
      try file.write(bytes, at: position(of: place))
    }
    try file.truncate(to: position(of: kept.count))
  }
}

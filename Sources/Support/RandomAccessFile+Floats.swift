extension RandomAccessFile {
  /// 32-bit numbers in this machine's byte order, which must lie within the file.
  public func floats(at position: Int, count: Int) throws -> [Float] {
    try [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      try read(at: position, into: UnsafeMutableRawBufferPointer(buffer))
      filled = count
    }
  }
}

extension AppendOnlyFile {
  /// Appends 32-bit numbers in this machine's byte order.
  public func append(floats numbers: [Float]) throws {
    try numbers.withUnsafeBytes { try append($0) }
  }
}

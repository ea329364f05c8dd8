/// Files as a whole.
extension RandomAccessFile {
  /// Calls `body` with all bytes in blocks of at most 1 MiB.
  public func forEachBlock(_ body: (_ position: Int, _ bytes: [UInt8]) throws -> Void) throws {
    var position = 0
    while position < size {
      let count = min(size - position, 1 << 20)
      try body(position, try bytes(at: position, count: count))
      position += count
    }
  }

  /// All bytes of a file.
  public static func contents(_ path: FileName) throws -> [UInt8] {
    let file = try RandomAccessFile(path)
    return try file.bytes(at: 0, count: file.size)
  }

  /// All bytes of a file.
  public static func contents(_ path: String) throws -> [UInt8] {
    try contents(FileName(path))
  }

  /// Makes or replaces a file; see `AtomicFile` for one that others may read meanwhile.
  public static func write(_ bytes: [UInt8], to path: FileName) throws {
    try RandomAccessFile(path, .replace).write(bytes, at: 0)
  }

  /// Copies a file's bytes to a new file, whatever the permissions of the old one.
  public static func copy(_ source: FileName, to destination: FileName) throws {
    try RandomAccessFile(source).copy(to: destination)
  }

  /// Copies the bytes of this file, whatever has its name by now, to a new one.
  public func copy(to destination: FileName) throws {
    let output = try RandomAccessFile(destination, .create)
    try forEachBlock { position, bytes in try output.write(bytes, at: position) }
  }
}

/// A file that grows at its end, is read anywhere, and can be cut.
public final class AppendOnlyFile {
  /// Bytes in the file.
  public private(set) var count: Int
  private let file: RandomAccessFile

  /// Opens a file, or makes an empty one.
  public convenience init(_ path: String) throws {
    self.init(try RandomAccessFile(path, .extend))
  }

  public init(_ file: RandomAccessFile) {
    self.file = file
    count = file.size
  }

  public var path: String { file.path.description }

  public func append(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try append($0) }
  }

  /// Appends a part of another file, by blocks.
  public func append(_ part: Range<Int>, of source: RandomAccessFile) throws {
    var position = part.lowerBound
    while position < part.upperBound {
      let count = min(part.upperBound - position, 1 << 20)
      try append(try source.bytes(at: position, count: count))
      position += count
    }
  }

  public func append(_ bytes: UnsafeRawBufferPointer) throws {
    try file.write(bytes, at: count)
    count += bytes.count
  }

  /// Appends a part of another file, in blocks.
  public func append(_ source: RandomAccessFile, _ range: Range<Int>) throws {
    var position = range.lowerBound
    while position < range.upperBound {
      let count = min(range.upperBound - position, 1 << 20)
      try append(try source.bytes(at: position, count: count))
      position += count
    }
  }

  /// Puts other bytes in the place of some that were appended.
  func overwrite(_ bytes: [UInt8], at position: Int) throws {
    precondition(position + bytes.count <= count, "AppendOnlyFile.overwrite: beyond the end")
    try file.write(bytes, at: position)
  }

  /// Waits until what was appended is on the disk.
  public func flush() throws { try file.flush() }

  public func truncate(to size: Int) throws {
    try file.truncate(to: size)
    count = size
  }

  /// Throws `FileError.unreadable` for bytes that are not there.
  public func read(at position: Int, count size: Int) throws -> [UInt8] {
    try file.bytes(at: position, count: size)
  }
}

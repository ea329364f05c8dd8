/// A file that grows at its end, is read anywhere, and can be cut.
public final class AppendOnlyFile {
  /// Bytes in the file.
  public private(set) var count: Int
  private let file: RandomAccessFile

  /// Opens a file, or makes an empty one.
  public convenience init(_ path: String) throws {
    self.init(try RandomAccessFile(path, .extend))
  }

  init(_ file: RandomAccessFile) {
    self.file = file
    count = file.size
  }

  public var path: String { file.path.description }

  public func append(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try append($0) }
  }

  public func append(_ bytes: UnsafeRawBufferPointer) throws {
    try file.write(bytes, at: count)
    count += bytes.count
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

import Foundation

/// A file without a name, for what is too large for memory; it is gone with its last use.
public enum TemporaryFile {
  /// Makes a file that `body` fills, and opens it for reading and changing.
  ///
  /// Throws `FileError.unwritable` if the disk for temporary files is full.
  public static func make(_ body: (AppendOnlyFile) throws -> Void) throws -> RandomAccessFile {
    let folder = FileName(FileManager.default.temporaryDirectory.path)
    let name = String(UInt64.random(in: .min ... .max), radix: 36)
    let path = folder / FileName(".elixir-gpu-\(getpid())-\(name)")
    let file = AppendOnlyFile(try RandomAccessFile(path, .create))
    defer { Directory.delete(path) }
    try body(file)
    return try RandomAccessFile(path, .update)
  }
}

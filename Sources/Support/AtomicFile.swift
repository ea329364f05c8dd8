import Foundation

/// A file that appears whole under its name or not at all.
///
/// The bytes go to a temporary file in the same folder, which is flushed to the disk and renamed;
/// on any error it is deleted and what was there before stays.
public struct AtomicFile: ~Copyable {
  private let destination: FileName
  private let file: RandomAccessFile
  private let contents: AppendOnlyFile
  private var isCommitted = false

  /// Opens the temporary file; throws `FileError.unwritable`.
  public init(_ path: String) throws {
    destination = FileName(path)
    let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
    let temporary =
      destination.parent / FileName(".\(destination.lastComponent.systemPath).\(suffix).part")
    do {
      file = try RandomAccessFile(temporary, .create)
    } catch FileError.unwritable(_, let reason) {
      throw FileError.unwritable(path: path, reason: reason)
    }
    contents = AppendOnlyFile(file)
  }

  deinit { if !isCommitted { _ = file.path.withCString { unlink($0) } } }

  /// Appends bytes.
  public func write(_ bytes: UnsafeRawBufferPointer) throws { try contents.append(bytes) }

  /// Flushes the bytes to the disk and gives the file its name, replacing an older one.
  public consuming func commit() throws {
    try contents.flush()
    try file.path.rename(to: destination)
    isCommitted = true
  }

  /// Writes a whole file.
  public static func write(_ bytes: [UInt8], to path: String) throws {
    let file = try AtomicFile(path)
    try bytes.withUnsafeBytes { try file.write($0) }
    try file.commit()
  }

  /// Writes a whole file.
  public static func write(_ bytes: [UInt8], to url: URL) throws {
    try write(bytes, to: url.path)
  }
}

import Foundation

/// A file that appears whole under its name or not at all.
///
/// The bytes go to a temporary file in the same folder, which is flushed to the disk and renamed;
/// on any error it is deleted and what was there before stays. One that a killed process left is
/// deleted when the same file is written again.
public struct AtomicFile: ~Copyable {
  private let destination: FileName
  private let file: RandomAccessFile
  private let contents: AppendOnlyFile
  private var isCommitted = false

  /// Opens the temporary file; throws `FileError.unwritable`.
  public init(_ path: String) throws {
    destination = FileName(path)
    do {
      file = try Self.temporary(for: destination)
    } catch FileError.unwritable(_, let reason) {
      throw FileError.unwritable(path: path, reason: reason)
    }
    contents = AppendOnlyFile(file)
    Self.deleteAbandoned(destination)
  }

  private static let ending = Array(".part".utf8)

  /// What the names of temporary files begin with.
  private static func beginning(_ destination: FileName) -> [UInt8] {
    Array(".".utf8) + destination.lastComponent.bytes + Array(".".utf8)
  }

  /// A new file with a lock that says that it is in use.
  private static func temporary(for destination: FileName) throws -> RandomAccessFile {
    while true {
      let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
      let name = FileName(bytes: beginning(destination) + Array(suffix.utf8) + ending)
      let file = try RandomAccessFile(destination.parent / name, .create)
      // Else another process has just taken it for abandoned.
      if flock(file.descriptor, LOCK_EX | LOCK_NB) == 0, file.path.names(file.descriptor) {
        return file
      }
    }
  }

  /// Deletes temporary files for the same file that no process has a lock on.
  private static func deleteAbandoned(_ destination: FileName) {
    let beginning = beginning(destination)
    for name in (try? Directory.entries(destination.parent)) ?? []
    where name.bytes.starts(with: beginning) && name.bytes.suffix(ending.count) == ending[...]
      && !name.bytes.dropFirst(beginning.count).dropLast(ending.count).contains(UInt8(ascii: "."))
    {
      let path = destination.parent / name
      guard let file = try? RandomAccessFile(path),
        flock(file.descriptor, LOCK_EX | LOCK_NB) == 0
      else { continue }
      Directory.delete(path)
    }
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

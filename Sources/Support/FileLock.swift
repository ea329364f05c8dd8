import Foundation

/// A lock that keeps others away as long as it is held, and ends with its process at the latest.
public final class FileLock: Sendable {
  /// Of the open file: a process that gets it holds the lock, too.
  package let descriptor: Int32

  /// Takes the lock on a file, which is made if it is not there; nil while another holds it.
  ///
  /// - Throws: `FileError.unwritable`
  public init?(_ path: FileName) throws {
    descriptor = path.withCString { open($0, O_RDWR | O_CREAT | O_CLOEXEC, 0o666) }
    guard descriptor >= 0 else { throw FileError.writing(path) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return nil }
  }

  /// Whether the file still has its name, and has not been deleted by an earlier holder.
  func holds(_ path: FileName) -> Bool { path.names(descriptor) }

  public convenience init?(_ path: String) throws { try self.init(FileName(path)) }

  deinit { if descriptor >= 0 { close(descriptor) } }
}

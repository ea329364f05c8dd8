import Foundation

/// A lock that keeps others away as long as it is held, and ends with its process at the latest.
package final class FileLock {
  private let descriptor: Int32

  /// Takes the lock on a file, which is made if it is not there; nil while another holds it.
  ///
  /// - Throws: `DatasetError.unwritable`
  package init?(_ path: String) throws {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw DatasetError.unwritable(path: path, reason: String(cString: strerror(errno)))
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return nil }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }
}

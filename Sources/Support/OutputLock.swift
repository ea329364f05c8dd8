import Foundation
import Synchronization

/// Keeps a second process from making the same output, from before any work to its end.
///
/// The lock is on a hidden file beside the output, `.NAME.lock`, which is deleted at the end.
public enum OutputLock {
  private static let held = Mutex<[FileName: FileLock]>([:])

  /// Takes the lock, unless this process has it already.
  ///
  /// - Throws: `FileError.outputRefused` while another process has it, or `.unwritable`.
  public static func hold(_ output: String) throws {
    let target = FileName(output).canonical
    try Directory.make(target.parent)
    let path =
      target.parent
      / FileName(bytes: Array(".".utf8) + target.lastComponent.bytes + Array(".lock".utf8))
    try held.withLock { held in
      guard held[path] == nil else { return }
      repeat {
        guard let lock = try FileLock(path) else {
          throw FileError.outputRefused(path: output, reason: "another process is writing it")
        }
        held[path] = lock
        // An earlier holder may have deleted the file in between.
      } while held[path]?.holds(path) == false
    }
  }

  /// Gives up all locks, at the end of the process.
  public static func releaseAll() {
    held.withLock { held in
      for path in held.keys { Directory.delete(path) }
      held = [:]
    }
  }
}

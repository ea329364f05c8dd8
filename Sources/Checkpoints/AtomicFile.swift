import Foundation

/// A file that appears whole under its name or not at all.
///
/// The bytes go to a temporary file in the same folder, which is flushed to the disk and renamed;
/// on any error it is deleted and what was there before stays.
public struct AtomicFile: ~Copyable {
  private let destination: String
  private let temporary: String
  private let descriptor: Int32
  private var isCommitted = false

  /// Opens the temporary file.
  public init(_ url: URL) throws {
    destination = url.path
    let folder = url.deletingLastPathComponent()
    let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
    temporary = folder.appendingPathComponent(".\(url.lastPathComponent).\(suffix).part").path
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      let code = errno
      let reason =
        code == ENOENT
        ? "there is no folder \(folder.path); create it first" : Self.reason(code)
      throw CheckpointError.cannotWrite(path: url.path, reason: reason)
    }
  }

  deinit {
    close(descriptor)
    if !isCommitted { unlink(temporary) }
  }

  /// Appends bytes.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    guard let base = bytes.baseAddress else { return }
    var done = 0
    while done < bytes.count {
      #if canImport(Darwin)
        let count = Darwin.write(descriptor, base + done, bytes.count - done)
      #else
        let count = Glibc.write(descriptor, base + done, bytes.count - done)
      #endif
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else {
        throw CheckpointError.cannotWrite(path: destination, reason: Self.reason(errno))
      }
      done += count
    }
  }

  /// Flushes the bytes to the disk and gives the file its name, replacing an older one.
  public consuming func commit() throws {
    guard fsync(descriptor) == 0, rename(temporary, destination) == 0 else {
      throw CheckpointError.cannotWrite(path: destination, reason: Self.reason(errno))
    }
    isCommitted = true
  }

  /// Writes a whole file.
  public static func write(_ bytes: [UInt8], to url: URL) throws {
    let file = try AtomicFile(url)
    try bytes.withUnsafeBytes { try file.write($0) }
    try file.commit()
  }

  /// What an `errno` of writing means to the user.
  package static func reason(_ code: Int32) -> String {
    switch code {
    case ENOSPC, EDQUOT: "the disk is full; free some space"
    case EACCES, EPERM, EROFS: "no permission; choose another folder"
    case EISDIR: "there is a folder of that name"
    default: String(cString: strerror(code))
    }
  }
}

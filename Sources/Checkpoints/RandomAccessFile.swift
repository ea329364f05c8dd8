import Foundation

/// A file opened for reading byte ranges, so that no more is in memory than is asked for.
final class RandomAccessFile: Sendable {
  let path: String
  /// Bytes when the file was opened.
  let size: Int
  private let descriptor: Int32

  init(_ url: URL) throws {
    path = url.path
    descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw CheckpointError.unreadable(
        path: url.path,
        reason: errno == ENOENT
          ? "no such file; check the path"
          : "cannot be opened: \(String(cString: strerror(errno)))")
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw CheckpointError.unreadable(path: url.path, reason: "not a regular file; check the path")
    }
    size = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Fills `target` with the bytes from `offset` on.
  func read(at offset: Int, into target: UnsafeMutableRawBufferPointer) throws {
    guard let base = target.baseAddress else { return }
    var done = 0
    while done < target.count {
      let count = pread(descriptor, base + done, target.count - done, off_t(offset + done))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        let reason = count == 0 ? "it became shorter meanwhile" : String(cString: strerror(errno))
        throw CheckpointError.unreadable(path: path, reason: "cannot be read: \(reason)")
      }
      done += count
    }
  }

  func bytes(at offset: Int, count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    try bytes.withUnsafeMutableBytes { try read(at: offset, into: $0) }
    return bytes
  }
}

import Foundation

/// A file that grows at its end, is read anywhere, and can be cut.
package final class AppendOnlyFile {
  package let path: String
  /// Bytes in the file.
  package private(set) var count: Int
  private let descriptor: Int32

  /// Opens a file, or makes an empty one.
  package init(_ url: URL) throws {
    path = url.path
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    count = 0
    guard descriptor >= 0 else { throw failure() }
    let end = lseek(descriptor, 0, SEEK_END)
    guard end >= 0 else { throw failure() }
    count = Int(end)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  package func append(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let written = pwrite(
          descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done,
          off_t(count + done))
        if written < 0 && errno == EINTR { continue }
        guard written >= 0 else { throw failure() }
        done += written
      }
    }
    count += bytes.count
  }

  /// Waits until what was appended is on the disk.
  package func flush() throws {
    guard fsync(descriptor) == 0 else { throw failure() }
  }

  package func truncate(to size: Int) throws {
    guard ftruncate(descriptor, off_t(size)) == 0 else { throw failure() }
    count = size
  }

  package func read(at offset: Int, count size: Int) throws -> [UInt8] {
    guard offset >= 0, size >= 0, offset + size <= count else {
      throw RunError.damaged(
        path: path, reason: "bytes \(offset)..<\(offset + size) of \(count) were asked for")
    }
    return try [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
      var done = 0
      while done < size {
        let got = pread(
          descriptor, buffer.baseAddress.map { $0 + done }, size - done, off_t(offset + done))
        if got < 0 && errno == EINTR { continue }
        guard got > 0 else { throw failure() }
        done += got
      }
      filled = size
    }
  }

  private func failure() -> RunError {
    .fileSystem(path: path, reason: String(cString: strerror(errno)))
  }
}

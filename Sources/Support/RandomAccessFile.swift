import Foundation

/// A file read or written at byte positions; safe to share between threads.
public final class RandomAccessFile: Sendable {
  /// How a file is opened.
  public enum Mode: Sendable {
    /// An existing file, for reading only.
    case read
    /// An existing file, changed in place.
    case update
    /// A file that may exist or not, changed in place.
    case extend
    /// A file that must not exist yet.
    case create
    /// A new file, or an existing one emptied.
    case replace

    fileprivate var flags: Int32 {
      switch self {
      case .read: O_RDONLY
      case .update: O_RDWR
      case .extend: O_RDWR | O_CREAT
      case .create: O_RDWR | O_CREAT | O_EXCL
      case .replace: O_RDWR | O_CREAT | O_TRUNC
      }
    }
  }

  public let path: FileName
  /// Bytes when it was opened.
  public let size: Int
  let descriptor: Int32

  /// Throws `FileError`, also for what is not a regular file.
  public init(_ path: FileName, _ mode: Mode = .read) throws {
    self.path = path
    // Without waiting, should it be a pipe.
    descriptor = path.withCString { open($0, mode.flags | O_CLOEXEC | O_NONBLOCK, 0o666) }
    guard descriptor >= 0 else { throw Self.failure(path, mode) }
    var information = stat()
    guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw FileError.unreadable(
        path: path.description, reason: "it is not a regular file; check the path")
    }
    size = Int(information.st_size)
  }

  public convenience init(_ path: String, _ mode: Mode = .read) throws {
    try self.init(FileName(path), mode)
  }

  deinit { close(descriptor) }

  private static func failure(_ path: FileName, _ mode: Mode) -> FileError {
    switch mode {
    case .read: .reading(path)
    default: .writing(path)
    }
  }

  /// Fills `bytes` with what starts at `position`.
  public func read(at position: Int, into bytes: UnsafeMutableRawBufferPointer) throws {
    var done = 0
    while done < bytes.count {
      let count = pread(
        descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done,
        off_t(position + done))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileError.reading(path) }
      guard count > 0 else {
        throw FileError.unreadable(
          path: path.description,
          reason: "it ends before byte \(position + bytes.count); was it cut short meanwhile?")
      }
      done += count
    }
  }

  /// The bytes of a part, which must lie within the file.
  public func bytes(at position: Int, count: Int) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      try read(at: position, into: UnsafeMutableRawBufferPointer(buffer))
      filled = count
    }
  }

  /// Overwrites what starts at `position`.
  public func write(_ bytes: UnsafeRawBufferPointer, at position: Int) throws {
    var done = 0
    while done < bytes.count {
      let count = pwrite(
        descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done,
        off_t(position + done))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileError.writing(path) }
      done += count
    }
  }

  /// Overwrites what starts at `position`.
  public func write(_ bytes: [UInt8], at position: Int) throws {
    try bytes.withUnsafeBytes { try write($0, at: position) }
  }

  /// Cuts the file behind its first `size` bytes.
  public func truncate(to size: Int) throws {
    guard ftruncate(descriptor, off_t(size)) == 0 else { throw FileError.writing(path) }
  }

  /// Waits until what was written is on the disk.
  public func flush() throws {
    guard fsync(descriptor) == 0 else { throw FileError.writing(path) }
  }
}

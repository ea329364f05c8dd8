import Foundation

/// A file read or updated at byte positions; safe to share between threads.
final class BinaryFile: Sendable {
  let path: String
  /// Bytes when it was opened.
  let size: Int
  private let descriptor: Int32

  /// Opens an existing file for reading, or also for writing in place.
  init(_ path: String, updating: Bool = false) throws {
    self.path = path
    descriptor = open(path, (updating ? O_RDWR : O_RDONLY) | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { throw DatasetError.notFound(path: path) }
      throw DatasetError.unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    var information = stat()
    guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw DatasetError.unreadable(path: path, reason: "it is not a regular file")
    }
    size = Int(information.st_size)
  }

  deinit { close(descriptor) }

  /// Fills `bytes` with what starts at `position`.
  func read(at position: Int, into bytes: UnsafeMutableRawBufferPointer) throws {
    var done = 0
    while done < bytes.count {
      let count = pread(
        descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done,
        off_t(position + done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let reason = count == 0 ? "it ended too early" : String(cString: strerror(errno))
        throw DatasetError.unreadable(path: path, reason: reason)
      }
      done += count
    }
  }

  /// The bytes of a part, which must lie within the file.
  func bytes(at position: Int, count: Int) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      try read(at: position, into: UnsafeMutableRawBufferPointer(buffer))
      filled = count
    }
  }

  /// Overwrites what starts at `position`.
  func write(_ bytes: [UInt8], at position: Int) throws {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        pwrite(
          descriptor, $0.baseAddress.map { $0 + done }, bytes.count - done, off_t(position + done))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        throw DatasetError.unwritable(path: path, reason: String(cString: strerror(errno)))
      }
      done += count
    }
  }

  /// Moves the records that are kept to the front and cuts the file behind them.
  ///
  /// - Parameters:
  ///   - header: bytes before the first record.
  ///   - recordSize: bytes of each record.
  ///   - kept: numbers of records, ascending.
  func compact(header: Int, recordSize: Int, keeping kept: [Int]) throws {
    for (place, record) in kept.enumerated() where place != record {
      let bytes = try bytes(at: header + record * recordSize, count: recordSize)
      try write(bytes, at: header + place * recordSize)
    }
    guard ftruncate(descriptor, off_t(header + kept.count * recordSize)) == 0 else {
      throw DatasetError.unwritable(path: path, reason: String(cString: strerror(errno)))
    }
  }

  /// Calls `body` with all bytes in blocks of at most 1 MiB.
  func forEachBlock(_ body: (_ position: Int, _ bytes: [UInt8]) throws -> Void) throws {
    var position = 0
    while position < size {
      let count = min(size - position, 1 << 20)
      try body(position, try bytes(at: position, count: count))
      position += count
    }
  }

  /// Copies a file's bytes to a new file, whatever the permissions of the old one.
  static func copy(_ source: String, to destination: String) throws {
    let input = try BinaryFile(source)
    let created = open(destination, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard created >= 0 else {
      throw DatasetError.unwritable(path: destination, reason: String(cString: strerror(errno)))
    }
    close(created)
    let output = try BinaryFile(destination, updating: true)
    try input.forEachBlock { position, bytes in try output.write(bytes, at: position) }
  }

  /// All bytes of a small file.
  static func contents(_ path: String) throws -> [UInt8] {
    let file = try BinaryFile(path)
    return try file.bytes(at: 0, count: file.size)
  }
}

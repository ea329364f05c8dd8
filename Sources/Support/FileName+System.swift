import Foundation

extension FileName {
  /// Gives a file or directory another name; a file of that name is replaced.
  public func rename(to target: FileName) throws {
    let status = withCString { source in
      target.withCString { Foundation.rename(source, $0) }
    }
    guard status == 0 else { throw FileError.writing(target) }
  }

  /// Gives the file a second name; where the file system has no such links, copies it.
  ///
  /// Neither may be written to afterwards, but replaced.
  public func link(to target: FileName) throws {
    let status = withCString { source in target.withCString { Foundation.link(source, $0) } }
    if status == 0 { return }
    guard [EPERM, EXDEV, EMLINK, ENOTSUP].contains(errno) else {
      throw errno == ENOENT ? FileError.reading(self) : FileError.writing(target)
    }
    try RandomAccessFile.write(try RandomAccessFile.contents(self), to: target)
  }

  /// Makes a link with the same target as this one, which need not exist.
  public func copyLink(to target: FileName) throws {
    var text = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    guard withCString({ readlink($0, &text, text.count - 1) }) >= 0 else {
      throw FileError.reading(self)
    }
    guard target.withCString({ symlink(text, $0) }) == 0 else { throw FileError.writing(target) }
  }

  /// Whether the open file of a descriptor has this name, links followed.
  func names(_ descriptor: Int32) -> Bool {
    var (open, named) = (stat(), stat())
    return fstat(descriptor, &open) == 0 && withCString { stat($0, &named) } == 0
      && open.st_ino == named.st_ino && open.st_dev == named.st_dev
  }

  /// The absolute path without links, `.` and `..`, resolved as far as it exists.
  public var canonical: FileName {
    let slash = UInt8(ascii: "/")
    let absolute =
      bytes.first == slash
      ? self : FileName(FileManager.default.currentDirectoryPath) / self
    let parts = absolute.bytes.split(separator: slash).map { FileName(bytes: $0) }
    for count in stride(from: parts.count, through: 0, by: -1) {
      let existing = FileName(
        bytes: count == 0 ? [slash] : parts[..<count].flatMap { [slash] + $0.bytes })
      guard let found = existing.withCString({ realpath($0, nil) }) else { continue }
      defer { free(found) }
      var resolved = UnsafeBufferPointer(start: found, count: strlen(found)).map {
        UInt8(bitPattern: $0)
      }
      if resolved == [slash] { resolved = [] }
      for part in parts[count...] where part != FileName(".") {
        if part == FileName("..") {
          resolved = resolved.lastIndex(of: slash).map { Array(resolved[..<$0]) } ?? []
        } else {
          resolved += [slash] + part.bytes
        }
      }
      return FileName(bytes: resolved.isEmpty ? [slash] : resolved)
    }
    return absolute
  }

  /// Whether this canonical path is that of `directory` or of something in it.
  public func lies(in directory: FileName) -> Bool {
    bytes == directory.bytes || directory.bytes == [UInt8(ascii: "/")]
      || bytes.starts(with: directory.bytes + [UInt8(ascii: "/")])
  }
}

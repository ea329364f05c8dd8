import Foundation

/// Directories: what they hold, and making them.
public enum Directory {
  /// What there is under a name, links followed.
  public enum Kind: Sendable {
    case file, directory, other
    /// A link to nothing.
    case brokenLink
  }

  /// What a directory holds, sorted by bytes, without `.` and `..`.
  public static func entries(_ path: FileName) throws -> [FileName] {
    guard let stream = path.withCString({ opendir($0) }) else { throw FileError.reading(path) }
    defer { closedir(stream) }
    var names: [FileName] = []
    errno = 0
    while let entry = readdir(stream) {
      // The name may be longer than the imported array of its type: it ends with NUL.
      let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
      let start = (UnsafeRawPointer(entry) + offset).assumingMemoryBound(to: UInt8.self)
      let name = UnsafeBufferPointer(
        start: start, count: strlen(UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self)))
      if !name.elementsEqual(".".utf8) && !name.elementsEqual("..".utf8) {
        names.append(FileName(bytes: name))
      }
      errno = 0
    }
    guard errno == 0 else { throw FileError.reading(path) }
    return names.sorted()
  }

  /// What there is under a name; nil if there is nothing.
  public static func kind(_ path: FileName) -> Kind? {
    var information = stat()
    guard path.withCString({ stat($0, &information) }) == 0 else {
      return path.withCString { lstat($0, &information) } == 0 ? .brokenLink : nil
    }
    switch information.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .directory
    default: return .other
    }
  }

  /// Bytes that can still be written where a path lies, or will lie; nil where nobody knows.
  public static func freeBytes(_ path: String) -> Int? {
    var place = FileName(path)
    // Ends at `.` or `/`, which are there.
    while kind(place) == nil, place != place.parent { place = place.parent }
    var system = statvfs()
    guard place.withCString({ statvfs($0, &system) }) == 0 else { return nil }
    return Int(clamping: system.f_bavail) * Int(clamping: system.f_frsize)
  }

  /// What tells a file or directory from all others, whatever its name.
  public struct Identity: Hashable, Sendable {
    let device: UInt64
    let number: UInt64
  }

  /// Throws `FileError` if there is nothing under the name.
  public static func identity(_ path: FileName) throws -> Identity {
    var information = stat()
    guard path.withCString({ stat($0, &information) }) == 0 else { throw FileError.reading(path) }
    return Identity(device: UInt64(information.st_dev), number: UInt64(information.st_ino))
  }

  /// Whether a directory is this user's own, and nobody else can write to it; a link to one is only
  /// where the link is this user's, too.
  public static func isPrivate(_ path: FileName) -> Bool {
    var (link, information) = (stat(), stat())
    return path.withCString { lstat($0, &link) } == 0 && link.st_uid == getuid()
      && path.withCString { stat($0, &information) } == 0
      && information.st_mode & S_IFMT == S_IFDIR && information.st_mode & 0o022 == 0
      && information.st_uid == getuid()
  }

  /// Whether a file or directory is this user's own, or root's, and nobody else can read or change
  /// it.
  public static func isSecret(_ path: FileName) -> Bool {
    var information = stat()
    return path.withCString { stat($0, &information) } == 0
      && information.st_mode & 0o077 == 0
      && (information.st_uid == getuid() || information.st_uid == 0)
  }

  /// Whether a directory is this user's own, and no link.
  public static func isOwn(_ path: FileName) -> Bool {
    var information = stat()
    return path.withCString { lstat($0, &information) } == 0
      && information.st_mode & S_IFMT == S_IFDIR && information.st_uid == getuid()
  }

  /// Makes a directory and those above it, unless it is there.
  ///
  /// - Parameter mode: permissions of the directory itself.
  public static func make(_ path: FileName, mode: UInt32 = 0o777) throws {
    if path.withCString({ mkdir($0, mode) }) == 0 { return }
    switch errno {
    case EEXIST where kind(path) == .directory: return
    case ENOENT where path.parent != path:
      try make(path.parent)
      guard path.withCString({ mkdir($0, mode) }) == 0 || kind(path) == .directory else {
        throw FileError.writing(path)
      }
    default: throw FileError.writing(path)
    }
  }

  /// Deletes what there is under a name and in it, as far as that can be done.
  public static func delete(_ path: FileName) {
    var information = stat()
    guard path.withCString({ lstat($0, &information) }) == 0 else { return }
    if information.st_mode & S_IFMT == S_IFDIR {
      for name in (try? entries(path)) ?? [] { delete(path / name) }
      _ = path.withCString { rmdir($0) }
    } else {
      _ = path.withCString { unlink($0) }
    }
  }
}

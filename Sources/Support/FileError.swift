import Foundation

/// What is wrong with a file or a directory, in one line: which, the fault, and what to do.
public enum FileError: Error, Sendable, Equatable, CustomStringConvertible {
  case notFound(path: String)
  case unreadable(path: String, reason: String)
  /// A file whose contents are cut short or not what its name says.
  case damaged(path: String, reason: String, advice: String)
  case unwritable(path: String, reason: String)
  case outputExists(path: String)
  /// Something stands where an output is to be that is not ours to delete, or is needed.
  case outputRefused(path: String, reason: String)

  public var description: String {
    switch self {
    case .notFound(let path): "\(path): there is no such file or folder; check the path"
    case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
    case .damaged(let path, let reason, let advice): "\(path): \(reason); \(advice)"
    case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
    case .outputExists(let path): "\(path): the output exists already; choose another"
    case .outputRefused(let path, let reason):
      "\(path): cannot be the output: \(reason); choose another"
    }
  }

  /// The error of a failed call on a file that exists or not; `code` is its `errno`.
  static func reading(_ path: FileName, _ code: Int32 = errno) -> FileError {
    switch code {
    case ENOENT, ENOTDIR: .notFound(path: path.description)
    case EACCES, EPERM:
      .unreadable(path: path.description, reason: "no permission; check the file's permissions")
    default: .unreadable(path: path.description, reason: text(code))
    }
  }

  /// The error of a failed call that was to make or change a file; `code` is its `errno`.
  static func writing(_ path: FileName, _ code: Int32 = errno) -> FileError {
    .unwritable(
      path: path.description,
      reason: code == ENOENT
        ? "there is no folder \(path.parent); create it first" : reason(ofWriting: code))
  }

  /// What an `errno` of writing means to the user.
  package static func reason(ofWriting code: Int32) -> String {
    switch code {
    case ENOSPC, EDQUOT: "the disk is full; free some space"
    case EACCES, EPERM, EROFS: "no permission; choose another folder"
    case EISDIR: "there is a folder of that name"
    case ENOTDIR, EEXIST: "a file is in the way; choose another folder"
    default: text(code)
    }
  }

  private static func text(_ code: Int32) -> String { String(cString: strerror(code)) }
}

/// What can go wrong with the files of an unfinished run.
public enum RunError: Error, Equatable, CustomStringConvertible {
  /// A file that was altered from outside.
  case damaged(path: String, reason: String)
  case fileSystem(path: String, reason: String)
  /// A run that was started with other options or data.
  case other(path: String, difference: String)

  /// A run of another release, whose files cannot be used.
  case otherVersion(path: String)

  public var description: String {
    switch self {
    case .damaged(let path, let reason):
      "\(path): \(reason); delete its folder to start the run anew"
    case .fileSystem(let path, let reason):
      "\(path): \(reason); check the folder, its permissions and the free space"
    case .other(let path, let difference):
      "\(path) holds an unfinished run with other settings (\(difference)); "
        + "repeat its command to finish it, or replace it to start anew"
    case .otherVersion(let path):
      "\(path) holds an unfinished run of another version of the program; finish it with that, or "
        + "replace it to start anew"
    }
  }
}

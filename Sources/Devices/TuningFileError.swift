/// A tuning file that cannot be used.
public enum TuningFileError: Error, Equatable, CustomStringConvertible {
  case damaged(path: String)
  case laterVersion(path: String, version: Int, known: Int)
  case unwritable(path: String, reason: String)

  public var description: String {
    switch self {
    case .damaged(let path): "tuning file \(path) is damaged"
    case .laterVersion(let path, let version, let known):
      "tuning file \(path) has version \(version), and this program knows \(known)"
    case .unwritable(let path, let reason): "tuning file \(path) cannot be written: \(reason)"
    }
  }
}

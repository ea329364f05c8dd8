/// A tuning file that cannot be used.
public enum TuningFileError: Error, Equatable, CustomStringConvertible {
  case damaged(path: String)
  case laterVersion(path: String, version: Int, known: Int)
  case unwritable(path: String, reason: String)
  /// A layout of kernels that the device cannot run.
  case unsuitable(path: String, problem: String)
  /// Others may have written it.
  case notPrivate(path: String, folder: String)

  public var description: String {
    switch self {
    case .damaged(let path): "tuning file \(path) is damaged"
    case .laterVersion(let path, let version, let known):
      "tuning file \(path) has version \(version), and this program knows \(known)"
    case .unsuitable(let path, let problem):
      "tuning file \(path) has a layout that the device cannot run: \(problem)"
    case .notPrivate(let path, let folder):
      "tuning file \(path) is in a folder that others can write to; make \(folder) your own, "
        + "with chmod go-w"
    case .unwritable(let path, let reason): "tuning file \(path) cannot be written: \(reason)"
    }
  }
}

import GRDB

/// What can go wrong with a run's store.
public enum RunStoreError: Error, Equatable, CustomStringConvertible {
  case missing(path: String)
  /// A file that is not ours.
  case refused(path: String, reason: String)
  /// A schema of another release.
  case otherVersion(path: String, version: Int)
  /// Its contents are not those of a database.
  case damaged(path: String, reason: String)
  case failed(path: String, reason: String)
  /// A decision that cannot be taken.
  case unknownSample(path: String, sample: Int)
  case unknownLabel(path: String, label: Int)

  init(_ error: DatabaseError, path: String) {
    let reason = error.message ?? "\(error.resultCode)"
    switch error.resultCode {
    case .SQLITE_NOTADB, .SQLITE_CORRUPT: self = .damaged(path: path, reason: reason)
    default: self = .failed(path: path, reason: reason)
    }
  }

  public var description: String {
    switch self {
    case .missing(let path): "\(path): no run is recorded here; name a run's output or its folder"
    case .refused(let path, let reason): "\(path): \(reason); it is not used"
    case .otherVersion(let path, let version):
      "\(path): its schema has version \(version), this program knows version \(Schema.version); "
        + "use the program that wrote it"
    case .damaged(let path, let reason): "\(path) is damaged: \(reason); delete it to go on"
    case .failed(let path, let reason):
      "\(path): \(reason); check the folder, its permissions and the free space"
    case .unknownSample(let path, let sample): "\(path): there is no sample \(sample)"
    case .unknownLabel(let path, let label): "\(path): there is no class with the label \(label)"
    }
  }
}

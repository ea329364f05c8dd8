/// What other ranks report.
public enum RankError: Error, Equatable, CustomStringConvertible {
  /// A rank failed.
  case failed(rank: Int, node: String, reason: String)
  /// A rank was told to stop, and this one was not.
  case stopped(rank: Int, node: String)
  /// On ranks other than 0: the error is rank 0's to tell.
  case told

  public var description: String {
    switch self {
    case .failed(let rank, let node, let reason): "rank \(rank) (\(node)): \(reason)"
    case .stopped(let rank, let node):
      "rank \(rank) (\(node)) was told to stop; the same command goes on from here"
    case .told: "rank 0 tells the error"
    }
  }
}

/// An error by which somebody stops work that can go on later.
public protocol StoppedWork: Error {}

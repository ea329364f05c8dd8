import ComputeBackend
import Foundation

/// Why a rank did not do its part, as it tells the others.
enum RankFailure: Codable {
  case failed(String)
  case stopped
  /// Its device's memory was not enough.
  case outOfMemory(bytes: Int, device: String)

  init(_ error: any Error, _ describe: (any Error) -> String) {
    switch error {
    case BackendError.outOfMemory(let bytes, let device):
      self = .outOfMemory(bytes: bytes, device: device)
    case is any StoppedWork: self = .stopped
    default: self = .failed(describe(error))
    }
  }

  /// The error that it is for the others.
  func error(of rank: Int, on node: String) -> any Error {
    switch self {
    case .failed(let reason): RankError.failed(rank: rank, node: node, reason: reason)
    case .stopped: RankError.stopped(rank: rank, node: node)
    case .outOfMemory(let bytes, let device):
      BackendError.outOfMemory(bytes: bytes, device: "\(device) of rank \(rank) (\(node))")
    }
  }
}

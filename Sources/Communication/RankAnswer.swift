import ComputeBackend
import Foundation

/// What became of a rank's part.
enum RankAnswer: Codable {
  case done(Data)
  case failed(String)
  case stopped
  /// Its device's memory was not enough.
  case outOfMemory(bytes: Int, device: String)

  init(_ result: Result<Data, any Error>, _ describe: (any Error) -> String) {
    switch result {
    case .success(let bytes): self = .done(bytes)
    case .failure(BackendError.outOfMemory(let bytes, let device)):
      self = .outOfMemory(bytes: bytes, device: device)
    case .failure(is any StoppedWork): self = .stopped
    case .failure(let error): self = .failed(describe(error))
    }
  }

  /// - Throws: what happened to the rank.
  func bytes(of rank: Int, on node: String) throws -> Data {
    switch self {
    case .done(let bytes): return bytes
    case .failed(let reason): throw RankError.failed(rank: rank, node: node, reason: reason)
    case .stopped: throw RankError.stopped(rank: rank, node: node)
    case .outOfMemory(let bytes, let device):
      throw BackendError.outOfMemory(bytes: bytes, device: "\(device) of rank \(rank) (\(node))")
    }
  }
}

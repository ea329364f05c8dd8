import Foundation

/// What rank 0 asks all ranks of a run of DataElixir for.
enum DataElixirRequest: Codable {
  /// To begin, with the same options and data.
  case join(identity: [String: String])
  /// To take the denoiser that was made of the dataset, by its files.
  case denoiser(files: [String: Data])
  /// To take the victim, a file of weights; nil for the one that the options name.
  case victim(Data?)
  /// To be ready for candidates.
  case look(Look)
  /// For candidates of samples, each rank of its part.
  case candidates(of: Range<Int>)
  /// For the labels of samples after one round, each rank of its part.
  case round(of: [Int], noiseSteps: Int, batchSize: Int)
  /// For the victim's labels of grafts' recipients, each rank of its part.
  case grafts([Graft])

  struct Look: Codable {
    /// Samples of the dataset; nil for all.
    var samples: [Int]?
    var noiseSteps: Int
    var isSecond: Bool
    var keepsAllImages: Bool
    var batchSize: Int
  }
}

/// A rank's part of what it was asked for.
enum DataElixirAnswer: Codable {
  case ready
  case candidates(CandidatePiece)
  case labels([[Int]])

  var candidates: CandidatePiece? {
    if case .candidates(let piece) = self { piece } else { nil }
  }

  var labels: [[Int]]? {
    if case .labels(let labels) = self { labels } else { nil }
  }
}

import Autograd
import ComputeBackend

/// Which noise each image of a batch gets: that of its stream, usually its index in the dataset, in
/// the round it is in.
///
/// Images of one batch may be in different rounds; noise is drawn for each run of rows in the same.
public struct NoiseStreams: Sendable {
  /// Of each image, `[N]`.
  let indices: IndexTensor
  /// Neighbouring rows in the same round.
  let runs: [Run]

  struct Run: Sendable {
    var rows: Range<Int>
    var round: Int
  }

  /// All images in the same round.
  public init(_ indices: IndexTensor, round: Int = 0) {
    self.init(indices, rounds: [Int](repeating: round, count: indices.count))
  }

  /// - Parameters:
  ///   - indices: a number for each image, `[N]`.
  ///   - rounds: how often each image was purified before, N of them; separates the noise of
  ///     repeated runs.
  public init(_ indices: IndexTensor, rounds: [Int]) {
    precondition(
      indices.shape == [rounds.count],
      "NoiseStreams: indices \(indices.shape) for \(rounds.count) rounds")
    self.indices = indices
    var runs: [Run] = []
    for (row, round) in rounds.enumerated() {
      if let last = runs.last, last.round == round {
        runs[runs.count - 1].rows = last.rows.lowerBound..<row + 1
      } else {
        runs.append(Run(rows: row..<row + 1, round: round))
      }
    }
    self.runs = runs
  }

  public var count: Int { indices.count }
}

/// Makes the candidates of one round: corrupts images with noise, restores them, and has the victim
/// label the states on the way.
public protocol CandidateGenerator {
  /// m, states kept of each round.
  var candidatesPerRound: Int { get }
  /// One round for some samples.
  ///
  /// A sample's result may depend on its index, its image and the round only, not on its batch.
  /// - Parameters:
  ///   - round: counted from 0.
  ///   - images: values in [−1, 1], `[N, H, W, C]`: the originals, or the result of the round before.
  ///   - samples: index of each in the dataset, which names its noise.
  func round(_ round: Int, images: [Float], samples: [Int]) throws -> CandidateRound
}

/// What a round makes of N images.
public struct CandidateRound: Sendable {
  /// m states, the noisiest first, each as bytes `[N, H, W, C]`.
  public var candidates: [[UInt8]]
  /// The victim's label of each candidate image, `[m, N]`.
  public var labels: [[Int]]
  /// Where the next round starts: values in [−1, 1], `[N, H, W, C]`.
  public var result: [Float]

  public init(candidates: [[UInt8]], labels: [[Int]], result: [Float]) {
    precondition(
      candidates.count == labels.count,
      "CandidateRound: \(candidates.count) candidates, \(labels.count) lists of labels")
    self.candidates = candidates
    self.labels = labels
    self.result = result
  }
}

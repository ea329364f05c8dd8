/// A sample of a pool, and the rounds it has behind it.
package struct PooledSample: Hashable, Sendable {
  /// Its index in the dataset, which names its noise.
  package var sample: Int
  /// The round to come, counted from 0.
  package var round: Int

  package init(sample: Int, round: Int) {
    self.sample = sample
    self.round = round
  }
}

/// Makes candidates round by round: corrupts images with noise, restores them, and has the victim
/// label the states on the way.
///
/// Keeps the images between a sample's rounds, on its device.
package protocol CandidateGenerator: AnyObject {
  /// m, states kept of each round.
  var candidatesPerRound: Int { get }
  /// One round for every sample of a pool, from the result of its round before.
  ///
  /// A sample's result may depend on its index, its image and its round only, not on the others.
  /// - Parameters:
  ///   - pool: first those samples of the call before that go on, in the same order, then new ones
  ///     in round 0. What left the pool is forgotten.
  ///   - newImages: the new ones' originals as bytes `[N, H, W, C]`.
  func round(_ pool: [PooledSample], newImages: [UInt8]) throws -> CandidateRound
}

/// What a round makes of N images.
package struct CandidateRound: Sendable {
  /// m states, the noisiest first, each as bytes `[N, H, W, C]`.
  package var candidates: [[UInt8]]
  /// The victim's label of each candidate image, `[m, N]`.
  package var labels: [[Int]]
  /// The victim's labels of the new images.
  package var originals: [Int]
  /// Places in the pool of samples whose result is not a number.
  package var notNumbers: [Int]

  package init(
    candidates: [[UInt8]], labels: [[Int]], originals: [Int], notNumbers: [Int] = []
  ) {
    precondition(
      candidates.count == labels.count,
      "CandidateRound: \(candidates.count) candidates, \(labels.count) lists of labels")
    self.candidates = candidates
    self.labels = labels
    self.originals = originals
    self.notNumbers = notNumbers
  }
}

import Foundation

/// The rounds in which AGPD takes the poisoned samples out of a target class.
///
/// Each round gives the samples that are left their score between the reference and the mean
/// gradient of all that were taken out (first: the gradient farthest from the reference), stretches
/// the scores to 0 … 1, and takes out those below `share`. The rounds go on until nothing is left;
/// where the distribution of scores changes least and most evenly, the poison is out and the clean
/// samples aren't yet.
package struct GradientSieve: Equatable, Sendable {
  /// Score of each sample towards the mean gradient of those that are taken for poison, 1 where
  /// nothing is.
  package var scores: [Float]
  /// Which samples are taken for poison.
  package var isPoison: [Bool]
  /// Jensen–Shannon distances of the scores of successive rounds.
  package var divergences: [Double]

  private static let share: Float = 0.05
  private static let bins = 99
  private static let window = 10

  /// - Parameters:
  ///   - gradients: `[N, columns]`; a row's length does not matter.
  ///   - reference: `[columns]`.
  package init(gradients: [Float], columns: Int, reference: [Float]) {
    let directions = Directions(gradients, columns: columns)
    let nearness = directions.cosines(with: reference)
    var sums = [[Float]]()
    var rounds: [[Int]] = []
    var histograms: [[Double]] = []
    var left = Array(nearness.indices)
    var far = nearness.indices.min { nearness[$0] < nearness[$1] }.map { directions[$0] } ?? []
    var sum = [Float](repeating: 0, count: columns)
    while !left.isEmpty {
      let farness = directions.cosines(with: far)
      let scores = Self.stretched(
        left.map { GradientDispersion.score(nearness[$0], farness[$0]) })
      histograms.append(Self.histogram(scores))
      let removed = zip(left, scores).filter { $0.1 < Self.share }.map(\.0)
      for sample in removed {
        for (column, value) in directions[sample].enumerated() { sum[column] += value }
      }
      rounds.append(removed)
      sums.append(sum)
      far = sum
      left = zip(left, scores).filter { $0.1 >= Self.share }.map(\.0)
    }
    divergences = zip(histograms, histograms.dropFirst()).map { Self.distance($0, $1) }
    let kept = Self.roundsBeforeStop(divergences, rounds: rounds.count)
    isPoison = [Bool](repeating: false, count: nearness.count)
    for sample in rounds.prefix(kept).joined() { isPoison[sample] = true }
    let farness = kept > 0 ? directions.cosines(with: sums[kept - 1]) : []
    scores = nearness.indices.map {
      kept > 0 ? GradientDispersion.score(nearness[$0], farness[$0]) : 1
    }
  }

  /// From 0 to 1; scores that are all equal become 0, so that each round takes something out.
  private static func stretched(_ scores: [Float]) -> [Float] {
    guard let least = scores.min(), let greatest = scores.max(), greatest > least else {
      return scores.map { _ in 0 }
    }
    return scores.map { ($0 - least) / (greatest - least) }
  }

  /// Shares of scores in bins of equal width over 0 … 1.
  private static func histogram(_ scores: [Float]) -> [Double] {
    var counts = [Double](repeating: 0, count: bins)
    for score in scores { counts[min(bins - 1, Int(score * Float(bins)))] += 1 }
    return counts.map { $0 / Double(scores.count) }
  }

  /// √ of the Jensen–Shannon divergence in nats.
  package static func distance(_ p: [Double], _ q: [Double]) -> Double {
    let sum = zip(p, q).reduce(0.0) { sum, pair in
      let mean = (pair.0 + pair.1) / 2
      func term(_ x: Double) -> Double { x > 0 ? x * log(x / mean) : 0 }
      return sum + (term(pair.0) + term(pair.1)) / 2
    }
    return max(0, sum).squareRoot()
  }

  /// How many rounds take out poison: up to the middle of the window of divergences whose mean plus
  /// five standard deviations is least; of fewer divergences than a window, half.
  package static func roundsBeforeStop(_ divergences: [Double], rounds: Int) -> Int {
    let width = min(window, divergences.count)
    guard width > 0 else { return rounds }
    let scores = (0...divergences.count - width).map { start in
      let part = divergences[start..<start + width]
      let mean = part.reduce(0, +) / Double(width)
      let squares = part.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return mean + 5 * (squares / Double(width)).squareRoot()
    }
    let best = scores.indices.min { scores[$0] < scores[$1] } ?? 0
    return best + width / 2
  }
}

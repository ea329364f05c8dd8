/// The noise levels that a reverse process visits, in noise steps of the reference schedule.
///
/// With as many steps as noise steps, T, every level T, T−1, … 1 is visited: the paper's schedule.
/// With K < T steps:
/// - the lowest L = 3K/10 levels (rounded; at least 3, at most 9 and K−1) are spaced evenly up to
///   level 9, the noisiest of the paper's ten candidates;
/// - the others have evenly spaced square roots from 9 to T.
///
/// For T=150, K=10: 150 119 92 69 48 32 19 9 6 3. After its last step comes the clean image.
public struct NoiseGrid: Hashable, Sendable {
  /// The level of the paper's noisiest candidate image: the states after the last 10 steps.
  public static let candidateLevel = 9

  /// Falling levels; each is where the network is run.
  public let levels: [Int]

  /// - Parameters:
  ///   - noiseSteps: T, the level to which images are corrupted.
  ///   - steps: K, calls of the network; `nil`, or T and more, for every level.
  public init(noiseSteps: Int, steps: Int? = nil) {
    precondition(noiseSteps >= 1, "NoiseGrid: \(noiseSteps) noise steps")
    let count = min(steps ?? noiseSteps, noiseSteps)
    precondition(count >= 1, "NoiseGrid: \(count) steps")
    var rising = (1...count).map { Self.level($0, of: count, top: Double(noiseSteps)) }
    // Every level at least 1 above the one below, and low enough for those above to fit.
    for i in rising.indices {
      rising[i] = max(rising[i], i == 0 ? 1 : rising[i - 1] + 1)
      rising[i] = min(rising[i], noiseSteps - (count - 1 - i))
    }
    levels = rising.reversed()
  }

  /// Level `i` (1 the lowest) of `count`, not yet made distinct.
  private static func level(_ i: Int, of count: Int, top: Double) -> Int {
    let edge = Double(candidateLevel)
    let low = min(max((3 * count + 5) / 10, 3), candidateLevel, count - 1)
    if i <= low {
      let spacing = edge / Double(max(low, 3))
      return Int((spacing * Double(i)).rounded())
    }
    let fraction = Double(i - low) / Double(count - low)
    let root = edge.squareRoot() + (top.squareRoot() - edge.squareRoot()) * fraction
    return Int((root * root).rounded())
  }
}

/// Picks the k nearest of one sample's scores; its memory serves one row after another.
///
/// Scores are s̃ⱼ = xᵢ·xⱼ − ½‖xⱼ‖² in 32-bit floats, each within `errorBound` of the true one.
/// So is the k-th greatest score s̃ₖ, and only samples within twice the bound of it are
/// undecided: their distances are computed again in Double, and of equal ones the smaller index is
/// nearer.
struct NeighborSelection {
  private let features: UnsafeBufferPointer<Float>
  private let dimension: Int
  private let k: Int
  private var histogram = [Int32](repeating: 0, count: Self.bins)
  private var candidates: [Int32]
  /// The k nearest of the last row, in no order.
  private(set) var neighbors: [Int32] = []

  private static let bins = 2048

  /// - Parameter features: `[N, dimension]`, which must outlive this value.
  init(features: UnsafeBufferPointer<Float>, dimension: Int, k: Int) {
    self.features = features
    self.dimension = dimension
    self.k = k
    candidates = [Int32](repeating: 0, count: features.count / dimension)
    neighbors.reserveCapacity(k)
  }

  /// Finds the neighbours of `sample` among all others.
  mutating func select(
    _ sample: Int, scores: UnsafeBufferPointer<Float>, errorBound: Float
  ) {
    let others = [0..<sample, sample + 1..<scores.count]
    let scale = BinScale(scores, bins: Self.bins)
    let (bin, above) = binOfLast(scores, others: others, scale)
    let found = collect(scores, others: others, from: scale.lowerEdge(bin) - 2 * errorBound)
    var last: [Float] = []
    for index in candidates[..<found] where scale.bin(scores[Int(index)]) == bin {
      last.append(scores[Int(index)])
    }
    last.sort(by: >)
    let threshold = last[k - above - 1]
    let (upper, lower) = (threshold + 2 * errorBound, threshold - 2 * errorBound)
    neighbors.removeAll(keepingCapacity: true)
    var undecided: [Int32] = []
    for index in candidates[..<found] {
      let score = scores[Int(index)]
      if score > upper {
        neighbors.append(index)
      } else if score >= lower {
        undecided.append(index)
      }
    }
    let wanted = k - neighbors.count
    neighbors += undecided.count == wanted ? undecided : nearest(wanted, of: undecided, to: sample)
  }

  /// The bin of the k-th greatest score, and how many scores lie in higher bins.
  private mutating func binOfLast(
    _ scores: UnsafeBufferPointer<Float>, others: [Range<Int>], _ scale: BinScale
  ) -> (bin: Int, above: Int) {
    histogram.withUnsafeMutableBufferPointer { histogram in
      histogram.update(repeating: 0)
      for range in others {
        for index in range { histogram[scale.bin(scores[index])] &+= 1 }
      }
    }
    var (bin, above) = (Self.bins - 1, 0)
    while above + Int(histogram[bin]) < k {
      above += Int(histogram[bin])
      bin -= 1
    }
    return (bin, above)
  }

  /// Writes the samples of at least a score to `candidates`; returns their number.
  private mutating func collect(
    _ scores: UnsafeBufferPointer<Float>, others: [Range<Int>], from limit: Float
  ) -> Int {
    candidates.withUnsafeMutableBufferPointer { candidates in
      var found = 0
      for range in others {
        for index in range {
          // Written in any case: a branch would often be mispredicted.
          candidates[found] = Int32(truncatingIfNeeded: index)
          found &+= scores[index] >= limit ? 1 : 0
        }
      }
      return found
    }
  }

  /// The nearest of some samples by distance in Double, then by index.
  private func nearest(_ count: Int, of samples: [Int32], to sample: Int) -> [Int32] {
    samples.map { (squaredDistance(sample, Int($0)), $0) }.sorted { $0 < $1 }
      .prefix(count).map { $0.1 }
  }

  private func squaredDistance(_ a: Int, _ b: Int) -> Double {
    var sum = 0.0
    let (a, b) = (a * dimension, b * dimension)
    for index in 0..<dimension {
      let difference = Double(features[a + index]) - Double(features[b + index])
      sum += difference * difference
    }
    return sum
  }
}

/// Bins of equal width over the range of a part of the scores; the outer ones take what is beyond.
///
/// A higher score is never in a lower bin, because every step rounds monotonically.
private struct BinScale {
  private var lowest = Float.infinity
  private var factor: Float = 0
  private let highestBin: Float

  init(_ scores: UnsafeBufferPointer<Float>, bins: Int) {
    highestBin = Float(bins - 1)
    var highest = -Float.infinity
    for index in stride(from: 0, to: scores.count, by: 16) {
      lowest = min(lowest, scores[index])
      highest = max(highest, scores[index])
    }
    // Scores that are all equal, or nearly, share the lowest bin.
    let perUnit = Float(bins) / (highest - lowest)
    if perUnit.isFinite { factor = perUnit }
  }

  func bin(_ score: Float) -> Int { Int(max(0, min((score - lowest) * factor, highestBin))) }

  /// A score that none in the bin is below.
  func lowerEdge(_ bin: Int) -> Float {
    // One bin less, which is more than the rounding of `bin`.
    bin == 0 || factor == 0 ? -.infinity : lowest + Float(bin - 1) / factor
  }
}

import ComputeBackend

/// Whether samples that the victim does not believe move from class to class in one direction.
///
/// Honest mistakes go both ways, between classes that are hard to tell apart up to three times as
/// often one way as the other; changed labels do not. This sees poison that the victim has not
/// learned, and that no transplant can show, in one class or in all. It is Bowker's test of
/// symmetry with a tolerance; directions are drawn anew as its null since counts are small.
public struct LabelAsymmetry: Equatable, Codable, Sendable {
  public static let significance = 0.001
  /// Of the mistakes between two classes, honest ones are one way at most this share.
  static let honestShare = 0.75
  static let draws = 4000

  /// Samples that count.
  public var samples: Int
  /// Σ (m − ¾n)² / (¾·¼·n) over the pairs of classes of which m > ¾n of n moves go one way.
  public var statistic: Double
  /// How often directions drawn at random are as lopsided.
  public var pValue: Double

  /// - Parameters:
  ///   - moves: by label, how many of its unbelieved samples are called each label.
  ///   - seed: of the null.
  public init(moves: [[Int]], seed: UInt64) {
    var pairs: [(more: Int, total: Int)] = []
    for a in moves.indices {
      for b in moves.indices where b > a && moves[a][b] + moves[b][a] > 0 {
        pairs.append((max(moves[a][b], moves[b][a]), moves[a][b] + moves[b][a]))
      }
    }
    func term(_ more: Int, of total: Int) -> Double {
      let excess = max(0, Double(more) - Self.honestShare * Double(total))
      return excess * excess / (Self.honestShare * (1 - Self.honestShare) * Double(total))
    }
    samples = pairs.reduce(0) { $0 + $1.total }
    statistic = pairs.reduce(0) { $0 + term($1.more, of: $1.total) }
    var random = PhiloxGenerator(seed: seed, purpose: .labelAsymmetry)
    var asLopsided = 1
    for _ in 0..<(pairs.isEmpty ? 0 : Self.draws) {
      let drawn = pairs.reduce(0.0) { sum, pair in
        var more = 0
        var left = pair.total
        while left > 0 {
          let bits = min(left, 64)
          // Either of two bits is 1 in three quarters of all cases.
          more += ((random.next() | random.next()) >> UInt64(64 - bits)).nonzeroBitCount
          left -= bits
        }
        return sum + term(more, of: pair.total)
      }
      if drawn >= statistic - 1e-9 { asLopsided += 1 }
    }
    pValue = pairs.isEmpty ? 1 : Double(asLopsided) / Double(Self.draws + 1)
  }

  public var isSignificant: Bool { pValue <= Self.significance }
}

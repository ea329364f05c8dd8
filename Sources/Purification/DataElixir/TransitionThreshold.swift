/// The threshold τ from which a second label among the candidates counts as a label transition.
public enum TransitionThreshold: Hashable, Codable, Sendable, CustomStringConvertible {
  /// A share of the candidates; the paper's τ = 0.1·n·m is `.fraction(0.1)`.
  case fraction(Double)
  /// A number of candidates.
  case count(Int)

  /// Reads `0.1` (below 1: a share) or `5` (a whole number from 1: a count).
  public init?(argument: String) {
    if let count = Int(argument), count >= 1 {
      self = .count(count)
    } else if let fraction = Double(argument), fraction > 0, fraction < 1 {
      self = .fraction(fraction)
    } else {
      return nil
    }
  }

  /// The least whole η with η ≥ τ, for that many candidates.
  public func minimumTransition(candidates: Int) -> Int {
    switch self {
    case .count(let count): count
    // 0.1·30 is 3.0000000000000004 in binary: a product that is whole in decimal stays whole.
    case .fraction(let fraction): max(1, Int((fraction * Double(candidates) - 1e-9).rounded(.up)))
    }
  }

  public var description: String {
    switch self {
    case .fraction(let fraction): "\(fraction)"
    case .count(let count): "\(count)"
    }
  }
}

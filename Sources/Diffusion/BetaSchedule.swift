import Foundation

/// How much noise each forward step adds: β₀ … β_{N−1}.
public enum BetaSchedule: Hashable, Sendable {
  /// Evenly spaced from `start` to `end`.
  case linear(start: Double, end: Double)
  /// Squares of numbers evenly spaced from √start to √end.
  case scaledLinear(start: Double, end: Double)
  /// ᾱ(u) = cos²(π/2·(u + 0.008)/1.008), β at most 0.999 (Nichol and Dhariwal, 2021).
  case squaredCosine
  /// start + (end − start)·sigmoid(u), u evenly spaced from −6 to 6.
  case sigmoid(start: Double, end: Double)
  /// Given one by one.
  case table([Double])

  /// The `count` values of β; a table keeps its own count.
  public func betas(count: Int) -> [Double] {
    switch self {
    case .linear(let start, let end):
      return Self.spaced(from: start, to: end, count: count)
    case .scaledLinear(let start, let end):
      return Self.spaced(from: start.squareRoot(), to: end.squareRoot(), count: count).map {
        $0 * $0
      }
    case .squaredCosine:
      func signal(_ step: Int) -> Double {
        let cosine = cos((Double(step) / Double(count) + 0.008) / 1.008 * .pi / 2)
        return cosine * cosine
      }
      return (0..<count).map { min(1 - signal($0 + 1) / signal($0), 0.999) }
    case .sigmoid(let start, let end):
      return Self.spaced(from: -6, to: 6, count: count).map {
        start + (end - start) / (1 + exp(-$0))
      }
    case .table(let betas):
      return betas
    }
  }

  private static func spaced(from start: Double, to end: Double, count: Int) -> [Double] {
    guard count > 1 else { return [start] }
    return (0..<count).map { start + (end - start) * Double($0) / Double(count - 1) }
  }
}

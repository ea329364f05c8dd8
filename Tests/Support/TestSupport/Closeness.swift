import Testing

/// How near an array has to be to the one expected.
public enum Closeness: Sendable, Equatable {
  /// Equal values; for integers, copies and random bits.
  case exact
  /// Every error at most this share of the greatest expected magnitude.
  case relative(Double)
  /// Every error at most this share of the standard deviation of what is expected.
  case deviation(Double)
  case absolute(Double)
  /// Each error at most this share of max(|expected element|, floor).
  case elementwise(Double, floor: Double = 1e-37)

  /// For sums of `k` rounded products: a few roundings of 6·10⁻⁸ and a random walk of k more.
  public static func products(_ k: Int) -> Closeness {
    .relative(5e-7 * (3 + Double(k).squareRoot()))
  }

  /// The first reason why `actual` is too far from `expected`, at the worst element; else `nil`.
  public func difference<Actual: BinaryFloatingPoint, Expected: BinaryFloatingPoint>(
    _ actual: [Actual], _ expected: [Expected]
  ) -> String? {
    guard actual.count == expected.count else {
      return "\(actual.count) elements instead of \(expected.count)"
    }
    let scale = scale(of: expected.map { Double($0) })
    var worst: (index: Int, excess: Double, error: Double, limit: Double)?
    for i in expected.indices {
      let found = Double(actual[i])
      let wanted = Double(expected[i])
      // Equal infinities, and what is infinite as a Float.
      if found == wanted || Float(found) == Float(wanted) && found.isInfinite { continue }
      if found.isNaN && wanted.isNaN { continue }
      let limit =
        if case .elementwise(let share, let floor) = self {
          share * max(abs(wanted), floor)
        } else {
          scale
        }
      let error = abs(found - wanted)
      if error <= limit { continue }
      let excess = error.isFinite ? error / max(limit, .leastNormalMagnitude) : .infinity
      if excess > worst?.excess ?? -1 { worst = (i, excess, error, limit) }
    }
    guard let worst else { return nil }
    return """
      element \(worst.index) of \(expected.count) is \(actual[worst.index]) instead of \
      \(expected[worst.index]): error \(worst.error), limit \(worst.limit)
      """
  }

  /// The limit that all elements share.
  private func scale(of expected: [Double]) -> Double {
    switch self {
    case .exact, .elementwise: return 0
    case .absolute(let limit): return limit
    case .relative(let share):
      return share * expected.lazy.filter(\.isFinite).map(abs).reduce(0, max)
    case .deviation(let share):
      let mean = expected.reduce(0, +) / Double(expected.count)
      let squares = expected.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return share * (squares / Double(expected.count)).squareRoot()
    }
  }
}

/// Records an issue that names the worst element if `actual` is not close to `expected`.
public func expectClose<Actual: BinaryFloatingPoint, Expected: BinaryFloatingPoint>(
  _ actual: [Actual], _ expected: [Expected], _ closeness: Closeness, _ label: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let difference = closeness.difference(actual, expected)
  #expect(difference == nil, "\(label): \(difference ?? "")", sourceLocation: sourceLocation)
}

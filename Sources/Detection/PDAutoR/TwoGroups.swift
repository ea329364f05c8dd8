import Foundation

/// Numbers as a mixture of two normal distributions, fitted by expectation maximization from the
/// split with the least sum of squares.
package struct TwoGroups: Equatable, Sendable {
  package struct Group: Equatable, Sendable {
    package var share: Double
    package var mean: Double
    package var variance: Double
  }

  /// The one with the lower mean first.
  package private(set) var groups: [Group]
  /// By number, the probability that it belongs to the upper group.
  package private(set) var upper: [Double]
  /// How much the logarithm of the likelihood exceeds that of one normal distribution, less what
  /// three more parameters explain by chance (half the difference in BIC).
  package private(set) var gain: Double

  private static let iterations = 500
  /// The least variance of a group, as a share of all numbers' variance.
  private static let leastVariance = 1e-4

  /// nil for numbers without a spread, or fewer than four.
  package init?(_ values: [Double]) {
    let count = Double(values.count)
    let whole = Self.group(values[...], of: values.count)
    guard values.count > 3, whole.variance > 0 else { return nil }
    let floor = Self.leastVariance * whole.variance
    let sorted = values.sorted()
    let split = Self.bestSplit(sorted)
    groups = [sorted[..<split], sorted[split...]].map { Self.group($0, of: values.count) }
    upper = []
    var likelihood = -Double.infinity
    for _ in 0..<Self.iterations {
      for index in 0..<2 { groups[index].variance = max(groups[index].variance, floor) }
      let last = likelihood
      (upper, likelihood) = Self.expectation(values, groups)
      if likelihood - last < 1e-9 * abs(likelihood) { break }
      groups = [
        Self.maximization(values, upper.map { 1 - $0 }), Self.maximization(values, upper),
      ]
    }
    for index in 0..<2 { groups[index].variance = max(groups[index].variance, floor) }
    let single = -0.5 * count * (log(2 * .pi * whole.variance) + 1)
    gain = likelihood - single - 1.5 * log(count)
    if groups[0].mean > groups[1].mean {
      groups.reverse()
      upper = upper.map { 1 - $0 }
    }
  }

  /// How far the groups are apart in terms of their spread: √2·|μ₁ − μ₂|/√(σ₁² + σ₂²) (Ashman, Bird
  /// and Zepf, 1994).
  package var distance: Double {
    2.0.squareRoot() * (groups[1].mean - groups[0].mean)
      / (groups[0].variance + groups[1].variance).squareRoot()
  }

  private static func group(_ values: ArraySlice<Double>, of count: Int) -> Group {
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    return Group(share: Double(values.count) / Double(count), mean: mean, variance: variance)
  }

  /// How many of the lowest make the first of two groups with the least sum of squares about their
  /// means, which are the farthest apart for their sizes.
  private static func bestSplit(_ sorted: [Double]) -> Int {
    let (count, total) = (Double(sorted.count), sorted.reduce(0, +))
    var (sum, best) = (0.0, (split: 1, value: -Double.infinity))
    for split in 1..<sorted.count {
      sum += sorted[split - 1]
      let (lower, upper) = (Double(split), count - Double(split))
      let difference = sum / lower - (total - sum) / upper
      let value = lower * upper * difference * difference
      if value > best.value { best = (split, value) }
    }
    return best.split
  }

  /// Probabilities of the second group, and the logarithm of the likelihood.
  private static func expectation(
    _ values: [Double], _ groups: [Group]
  ) -> (second: [Double], likelihood: Double) {
    let offsets = groups.map { log($0.share) - 0.5 * log(2 * .pi * $0.variance) }
    var likelihood = 0.0
    let second = values.map { value in
      let densities = zip(groups, offsets).map {
        $1 - 0.5 * (value - $0.mean) * (value - $0.mean) / $0.variance
      }
      let greatest = max(densities[0], densities[1])
      let sum = exp(densities[0] - greatest) + exp(densities[1] - greatest)
      likelihood += greatest + log(sum)
      return exp(densities[1] - greatest) / sum
    }
    return (second, likelihood)
  }

  private static func maximization(_ values: [Double], _ weights: [Double]) -> Group {
    // A group that has lost all its numbers keeps a share, so that its logarithm is finite.
    let total = max(weights.reduce(0, +), 1e-12)
    let mean = zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 } / total
    let variance =
      zip(values, weights).reduce(0) { $0 + $1.1 * ($1.0 - mean) * ($1.0 - mean) } / total
    return Group(share: total / Double(values.count), mean: mean, variance: variance)
  }
}

/// Kendall's rank correlation of two scores over the pairs of samples of one group.
package struct RankCorrelation {
  /// Pairs ordered alike by both scores, less those ordered oppositely.
  package private(set) var excess = 0
  /// Pairs that the first score, the second one, orders at all.
  package private(set) var ordered = (first: 0, second: 0)

  /// - Parameter groups: by sample; pairs of different groups do not count.
  package init(_ first: [Double], _ second: [Double], groups: [Int32]) {
    precondition(
      first.count == second.count && first.count == groups.count,
      "RankCorrelation: \(first.count) and \(second.count) scores of \(groups.count) samples")
    for samples in Dictionary(grouping: groups.indices, by: { groups[$0] }).values {
      add(samples.map { first[$0] }, samples.map { second[$0] })
    }
  }

  /// τ_b, which takes ties into account; nil where a score orders nothing.
  package var tau: Double? {
    guard ordered.first > 0, ordered.second > 0 else { return nil }
    return Double(excess) / (Double(ordered.first) * Double(ordered.second)).squareRoot()
  }

  private mutating func add(_ first: [Double], _ second: [Double]) {
    let order = first.indices.sorted { (first[$0], second[$0]) < (first[$1], second[$1]) }
    let pairs = order.count * (order.count - 1) / 2
    let tiedInFirst = Self.tiedPairs(order.map { first[$0] }) { $0 == $1 }
    let tiedInBoth = Self.tiedPairs(order.map { (first[$0], second[$0]) }) { $0 == $1 }
    var sorted = order.map { second[$0] }
    let discordant = Self.sortCountingInversions(&sorted)
    let tiedInSecond = Self.tiedPairs(sorted) { $0 == $1 }
    ordered.first += pairs - tiedInFirst
    ordered.second += pairs - tiedInSecond
    excess += pairs - tiedInFirst - tiedInSecond + tiedInBoth - 2 * discordant
  }

  /// Pairs of equal values, which stand side by side.
  private static func tiedPairs<Value>(_ values: [Value], _ areEqual: (Value, Value) -> Bool) -> Int
  {
    var (pairs, run) = (0, 0)
    for (before, value) in zip(values, values.dropFirst()) {
      run = areEqual(before, value) ? run + 1 : 0
      pairs += run
    }
    return pairs
  }

  /// Merge sort, which knows how many pairs stood the wrong way round (Knight, 1966).
  private static func sortCountingInversions(_ values: inout [Double]) -> Int {
    guard values.count > 1 else { return 0 }
    var left = Array(values[..<(values.count / 2)])
    var right = Array(values[(values.count / 2)...])
    var inversions = sortCountingInversions(&left) + sortCountingInversions(&right)
    var (i, j) = (0, 0)
    for place in values.indices {
      if j == right.count || i < left.count && left[i] <= right[j] {
        values[place] = left[i]
        i += 1
      } else {
        values[place] = right[j]
        inversions += left.count - i
        j += 1
      }
    }
    return inversions
  }
}

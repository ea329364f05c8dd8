/// A class's projections in two groups, of which one may be poison.
///
/// The groups separate if Ashman's distance between them is at least 5, two normal distributions
/// explain the projections better than one (BIC), and each group has at least 1 % of the class and
/// three samples; classes with fewer than 20 samples are not judged. The classes of clean sets that
/// were measured reach a distance of 4.
///
/// Poison is the smaller group. With a quarter of the class or more that says nothing, and it is
/// the group whose features lie farther from the other classes' mean: of what features tell apart,
/// a trigger is the most distinct.
package struct PoisonGroup: Equatable, Sendable {
  /// Ashman's distance; nil where the class cannot be judged.
  package let distance: Double?
  package let isSeparated: Bool
  /// By sample: where the groups separate, the squared distance from the clean group's mean in the
  /// direction of the poison, in variances of the clean group; elsewhere that of the whole class.
  package let badness: [Double]
  /// Samples of the poison group, which are the worst ones.
  package let count: Int

  /// From which the groups separate.
  package static let leastDistance = 5.0
  private static let leastSamples = 20
  private static let leastShare = 0.01
  private static let leastGroup = 3.0
  /// The share of the smaller group from which it may be the clean one.
  private static let ambiguousShare = 0.25

  /// - Parameters:
  ///   - projections: of a class's samples, centered.
  ///   - isUpperFarther: whether the features of these samples, by place, lie farther from those of
  ///     the other classes than the features of the remaining ones do.
  package init(
    _ projections: [Double], isUpperFarther: (_ upper: [Int]) -> Bool
  ) {
    let split = projections.count < Self.leastSamples ? nil : TwoGroups(projections)
    distance = split?.distance
    guard let split, Self.separates(split, count: projections.count) else {
      isSeparated = false
      count = 0
      let variance = projections.reduce(0) { $0 + $1 * $1 } / Double(projections.count)
      badness = projections.map { variance > 0 ? $0 * $0 / variance : 0 }
      return
    }
    isSeparated = true
    let upper = projections.indices.filter { split.upper[$0] > 0.5 }
    let smaller = split.groups[1].share <= split.groups[0].share ? 1 : 0
    let poison =
      split.groups[smaller].share < Self.ambiguousShare
      ? smaller : (isUpperFarther(upper) ? 1 : 0)
    let (clean, sign) = (split.groups[1 - poison], poison == 1 ? 1.0 : -1)
    let excess = projections.map { max(0, sign * ($0 - clean.mean)) }
    badness = excess.map { $0 * $0 / clean.variance }
    let isPoison = projections.indices.map {
      excess[$0] > 0 && (split.upper[$0] > 0.5) == (poison == 1)
    }
    // Beyond the least of the poison all is poison, however wide the clean group.
    let boundary = excess.indices.filter { isPoison[$0] }.map { excess[$0] }.min() ?? .infinity
    count = excess.count { $0 >= boundary }
  }

  private static func separates(_ split: TwoGroups, count: Int) -> Bool {
    let least = max(leastShare * Double(count), leastGroup)
    return split.gain > 0 && split.distance >= leastDistance
      && split.groups.allSatisfy { $0.share * Double(count) >= least * (1 - 1e-9) }
  }
}

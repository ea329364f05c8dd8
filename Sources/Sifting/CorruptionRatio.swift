/// How much poison a choice of samples holds, by the ground truth.
public struct CorruptionRatio: Codable, Sendable, Equatable {
  public var chosen: Int
  public var poisoned: Int
  /// The share of poison that a random choice has on average.
  public var expected: Double

  public init(chosen: Int, poisoned: Int, expected: Double) {
    self.chosen = chosen
    self.poisoned = poisoned
    self.expected = expected
  }

  /// CR of Meta-Sift's equation 18, the share of the chosen samples that is poisoned; nil of none.
  public var ratio: Double? { chosen > 0 ? Double(poisoned) / Double(chosen) : nil }

  /// NCR of equation 19, CR over that of a random choice, 1 by chance; nil without poison.
  public var normalized: Double? { expected > 0 ? ratio.map { $0 / expected } : nil }

  /// By class, and of all.
  ///
  /// A random choice with the same number of each class has Σ q_k·ρ_k / Σ q_k, q_k being the
  /// samples chosen of a class and ρ_k the poisoned share of the class.
  public static func all(
    of selection: [Int], labels: [Int32], classCount: Int, poisoned: Set<Int>
  ) -> (classes: [CorruptionRatio], total: CorruptionRatio) {
    var sizes = [Int](repeating: 0, count: classCount)
    var bad = sizes
    for (sample, label) in labels.enumerated() {
      sizes[Int(label)] += 1
      if poisoned.contains(sample) { bad[Int(label)] += 1 }
    }
    var classes = zip(sizes, bad).map {
      CorruptionRatio(
        chosen: 0, poisoned: 0, expected: $0 > 0 ? Double($1) / Double($0) : 0)
    }
    for sample in selection {
      classes[Int(labels[sample])].chosen += 1
      if poisoned.contains(sample) { classes[Int(labels[sample])].poisoned += 1 }
    }
    let chosen = classes.reduce(0) { $0 + $1.chosen }
    let expected = classes.reduce(0) { $0 + Double($1.chosen) * $1.expected }
    return (
      classes,
      CorruptionRatio(
        chosen: chosen, poisoned: classes.reduce(0) { $0 + $1.poisoned },
        expected: chosen > 0 ? expected / Double(chosen) : 0)
    )
  }
}

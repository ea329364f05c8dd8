import ComputeBackend

/// Which samples are poisoned: a seeded choice of round(rate·N) out of the eligible ones.
public struct PoisonSelection: Sendable, Equatable {
  /// The share of all N samples.
  public var rate: Double
  /// Whether samples that have the target label already may be chosen, as in BackdoorBench 2.2.
  public var includesTarget: Bool
  public var seed: UInt64

  public init(rate: Double, includesTarget: Bool = false, seed: UInt64) {
    self.rate = rate
    self.includesTarget = includesTarget
    self.seed = seed
  }

  /// Indices of the samples to poison, ascending.
  ///
  /// Throws `AttackError` if the rate selects nothing or more than is eligible.
  public func indices(labels: [Int32], mapping: LabelMapping) throws -> [Int] {
    guard (0...1).contains(rate) else { throw AttackError.rateOutOfRange(rate: rate) }
    var eligible = labels.indices.filter { includesTarget || mapping.isAttackable(labels[$0]) }
    let wanted = Int((rate * Double(labels.count)).rounded())
    guard (1...max(1, eligible.count)).contains(wanted), !eligible.isEmpty else {
      throw AttackError.cannotSelect(wanted: wanted, available: eligible.count, rate: rate)
    }
    // The first steps of a Fisher–Yates shuffle; the multiplication maps 64 bits to 0 ..< n.
    var random = PhiloxGenerator(seed: seed, purpose: 0x9015)
    for place in 0..<wanted {
      let offset = random.next().multipliedFullWidth(by: UInt64(eligible.count - place)).high
      eligible.swapAt(place, place + Int(offset))
    }
    return eligible[..<wanted].sorted()
  }
}

import ComputeBackend
import Datasets

/// Which samples are poisoned: a seeded choice of round(rate·N) out of the eligible ones.
public struct PoisonSelection: Sendable, Hashable, Codable {
  /// The samples to choose from.
  public enum Eligible: String, Sendable, Codable {
    /// Those whose label the attack changes.
    case attackable
    /// All, those that have the target label already included, as in BackdoorBench 2.2.
    case all
    /// Those of the target class alone: labels stay as they are (clean-label attacks).
    case target
  }

  /// The share of all N samples.
  public var rate: Double
  public var eligible: Eligible
  public var seed: UInt64

  public init(rate: Double, from eligible: Eligible = .attackable, seed: UInt64 = 0) {
    self.rate = rate
    self.eligible = eligible
    self.seed = seed
  }

  /// Indices of the samples to poison, ascending.
  ///
  /// Throws `ParameterError` if the rate selects nothing or more than is eligible.
  public func indices(labels: [Int32], mapping: LabelMapping) throws -> [Int] {
    let candidates = candidates(labels: labels, mapping: mapping)
    let wanted = try count(of: labels.count, available: candidates.count)
    var random = PhiloxGenerator(seed: seed, purpose: .poisonSelection)
    return random.choose(wanted, of: candidates)
  }

  /// Indices of all eligible samples, ascending.
  func candidates(labels: [Int32], mapping: LabelMapping) -> [Int] {
    labels.indices.filter { isEligible(labels[$0], mapping) }
  }

  func isEligible(_ label: Int32, _ mapping: LabelMapping) -> Bool {
    switch eligible {
    case .attackable: mapping.isAttackable(label)
    case .all: true
    case .target: label == mapping.target
    }
  }

  /// round(rate·N), at least 1 and at most `available`.
  func count(of total: Int, available: Int) throws -> Int {
    try validate()
    let wanted = Int((rate * Double(total)).rounded())
    guard (1...max(1, available)).contains(wanted), available > 0 else {
      throw ParameterError(
        "rate", rate,
        "this asks for \(wanted) of \(available) eligible samples; choose another share")
    }
    return wanted
  }

  /// Throws `ParameterError` unless the rate is a share.
  func validate() throws {
    guard (0...1).contains(rate) else {
      throw ParameterError("rate", rate, "the share of samples must lie between 0 and 1")
    }
  }
}

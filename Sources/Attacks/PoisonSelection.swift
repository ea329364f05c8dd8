import ComputeBackend
import Datasets

/// Which samples are poisoned: a seeded choice of round(rate·N) out of the eligible ones, or out of
/// those of each class.
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

  /// The share of all N samples, or of each eligible class's.
  public var rate: Double
  public var isPerClass: Bool
  public var eligible: Eligible
  public var seed: UInt64

  public init(
    rate: Double, isPerClass: Bool = false, from eligible: Eligible = .attackable, seed: UInt64 = 0
  ) {
    self.rate = rate
    self.isPerClass = isPerClass
    self.eligible = eligible
    self.seed = seed
  }

  /// Manifests of before shares of classes do not say which share it is.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      rate: try fields.decode(Double.self, forKey: .rate),
      isPerClass: try fields.decodeIfPresent(Bool.self, forKey: .isPerClass) ?? false,
      from: try fields.decode(Eligible.self, forKey: .eligible),
      seed: try fields.decode(UInt64.self, forKey: .seed))
  }

  /// Indices of the samples to poison, ascending.
  ///
  /// Throws `ParameterError` if the rate selects nothing or more than is eligible.
  public func indices(labels: [Int32], mapping: LabelMapping) throws -> [Int] {
    let candidates = candidates(labels: labels, mapping: mapping)
    var random = PhiloxGenerator(seed: seed, purpose: .poisonSelection)
    guard isPerClass else {
      let wanted = try count(of: labels.count, available: candidates.count)
      return random.choose(wanted, of: candidates)
    }
    try validate()
    let classes = Dictionary(grouping: candidates) { labels[$0] }.sorted { $0.key < $1.key }
    let chosen = classes.flatMap { _, samples in
      random.choose(Int((rate * Double(samples.count)).rounded()), of: samples)
    }
    guard !chosen.isEmpty else { throw impossible(0, available: candidates.count) }
    return chosen.sorted()
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
      throw impossible(wanted, available: available)
    }
    return wanted
  }

  private func impossible(_ wanted: Int, available: Int) -> ParameterError {
    ParameterError(
      parameter, rate,
      "this asks for \(wanted) of \(available) eligible samples; choose another share")
  }

  /// What the rate is called.
  var parameter: String { isPerClass ? "ratePerClass" : "rate" }

  /// Throws `ParameterError` unless the rate is a share.
  func validate() throws {
    guard (0...1).contains(rate) else {
      throw ParameterError(parameter, rate, "the share of samples must lie between 0 and 1")
    }
  }
}

import Support

/// Who may judge a defense: a model that knows little of the images says nothing about an attack.
public struct Judge: Sendable {
  /// Share of the test images that have the most frequent label.
  public let chance: Double

  /// A model must be right about so much of what chance leaves.
  public static let leastShare = 0.1

  /// - Parameter labels: of the test images, at least one.
  public init(labels: [Int32]) {
    precondition(!labels.isEmpty, "Judge: no labels")
    let counts = Dictionary(labels.map { ($0, 1) }, uniquingKeysWith: +)
    chance = Double(counts.values.max() ?? 0) / Double(labels.count)
  }

  /// The accuracy that a model needs.
  public var leastAccuracy: Double { chance + Self.leastShare * (1 - chance) }

  /// Why a model may not judge, or nil if it may.
  public func refusal(of model: String, _ metrics: ModelMetrics) -> String? {
    guard metrics.accuracy < leastAccuracy else { return nil }
    return "the model of the \(model) set did not learn: accuracy "
      + "\(NumberFormat.percent(metrics.accuracy)), by chance \(NumberFormat.percent(chance))"
  }
}

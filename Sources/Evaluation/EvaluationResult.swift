import Foundation
import Support

/// The figures of `elixir-gpu evaluate`; the names are the keys of its JSON file.
public struct EvaluationResult: Equatable, Codable, Sendable {
  public var tpr: Double?
  public var fpr: Double?
  public var labelAccuracy: Double
  /// Clean-label attacks only, instead of TPR and FPR.
  public var changes: ImageChanges?
  /// Only of datasets whose flagged samples were restored.
  public var restoration: RestorationMetrics?
  /// Whether the attack is on one image, so that its success rate in a trial is 0 or 1.
  public var isTargeted: Bool?
  /// Means over the trials.
  public var models: Models
  /// Standard deviations over the trials (n − 1), if there are several.
  public var deviations: Models?
  /// Every trial, if there are several.
  public var trials: [Trial]?

  /// Models trained alike on each dataset.
  public struct Models: Equatable, Codable, Sendable {
    public var purified: ModelMetrics
    /// Without the restored samples; only if some were.
    public var unflagged: ModelMetrics?
    public var poisoned: ModelMetrics
    /// Only if the clean dataset was given.
    public var clean: ModelMetrics?

    public init(
      purified: ModelMetrics, unflagged: ModelMetrics? = nil, poisoned: ModelMetrics,
      clean: ModelMetrics?
    ) {
      self.purified = purified
      self.unflagged = unflagged
      self.poisoned = poisoned
      self.clean = clean
    }

    /// Models with the names of their datasets.
    var rows: [(name: String, metrics: ModelMetrics)] {
      [("purified", purified)] + (unflagged.map { [("unflagged part", $0)] } ?? [])
        + [("poisoned", poisoned)] + (clean.map { [("clean", $0)] } ?? [])
    }
  }

  /// Models trained with one seed.
  public struct Trial: Equatable, Codable, Sendable {
    public var seed: UInt64
    public var models: Models

    public init(seed: UInt64, models: Models) {
      self.seed = seed
      self.models = models
    }
  }

  /// - Parameters:
  ///   - changes: `nil` if the attack changes labels.
  ///   - restoration: `nil` if no flagged samples were restored.
  ///   - trials: at least one.
  public init(
    detection: DetectionMetrics, changes: ImageChanges? = nil,
    restoration: RestorationMetrics? = nil, isTargeted: Bool = false, trials: [Trial]
  ) {
    if changes == nil {
      tpr = detection.truePositiveRate
      fpr = detection.falsePositiveRate
    }
    labelAccuracy = detection.labelAccuracy
    self.changes = changes
    self.restoration = restoration
    self.isTargeted = isTargeted ? true : nil
    let all = trials.map(\.models)
    models = Models(all, \.mean)
    guard trials.count > 1 else { return }
    deviations = Models(all, \.deviation)
    self.trials = trials
  }

  /// An indented JSON object with sorted keys and a last line end.
  public func json() throws -> String {
    try JSONText.indented(self) + "\n"
  }
}

extension EvaluationResult.Models {
  /// A statistic of each figure over trials, at least one, of the same datasets.
  fileprivate init(_ trials: [Self], _ statistic: (Statistics) -> Double) {
    func summary(_ all: [ModelMetrics]) -> ModelMetrics? {
      guard let accuracy = Statistics(all.map(\.accuracy)) else { return nil }
      return ModelMetrics(
        accuracy: statistic(accuracy),
        attackSuccessRate: Statistics(all.compactMap(\.attackSuccessRate)).map(statistic),
        log10PValue: Statistics(all.compactMap(\.log10PValue)).map(statistic))
    }
    guard let purified = summary(trials.map(\.purified)),
      let poisoned = summary(trials.map(\.poisoned))
    else { preconditionFailure("EvaluationResult: no trials") }
    self.init(
      purified: purified, unflagged: summary(trials.compactMap(\.unflagged)),
      poisoned: poisoned, clean: summary(trials.compactMap(\.clean)))
  }
}

import Datasets

/// Adaptive poisoning (Qi et al., 2023): a part of the trigger is put on poisons, and on other
/// samples, the covers, which keep their labels; test images get all of it.
///
/// So that a model does not learn any part of the trigger alone, and poisons do not stand apart
/// from the samples of their label in its features.
protocol AdaptiveAttack: TriggerAttack {
  /// The share of all samples that are covers.
  var coverRate: Double { get }
  /// The part of the trigger that poisons and covers get, drawn for each sample.
  func makePartialTrigger(for shape: ImageShape) throws -> Trigger
}

extension AdaptiveAttack {
  public func plan(for dataset: ImageDataset, _ context: AttackContext) throws -> PoisonPlan {
    try validate(classCount: dataset.classCount)
    var plan = try triggerPlan(
      for: dataset, poisoning: try makePartialTrigger(for: dataset.shape))
    plan.covers = try PoisonSelection.covers(
      rate: coverRate, besides: plan.samples, of: dataset, seed: selection.seed)
    plan.remarks = ["Covers: \(plan.covers.count) images, changed alike, keep their labels"]
    return plan
  }

  /// Throws `ParameterError` unless each value is a share, and those of the second list not zero.
  func validateShares(
    _ shares: KeyValuePairs<String, Double>, positive: KeyValuePairs<String, Double>
  ) throws {
    for (name, value) in shares where !(0...1).contains(value) {
      throw ParameterError(name, value, "the share must lie between 0 and 1")
    }
    for (name, value) in positive where !(value > 0 && value <= 1) {
      throw ParameterError(name, value, "it must lie above 0 and be at most 1")
    }
  }
}

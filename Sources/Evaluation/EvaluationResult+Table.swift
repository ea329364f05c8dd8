import Foundation

extension EvaluationResult {
  /// The table that the command prints.
  public func table() -> String {
    (detectionLines + restorationLines + successLines + ["", heading] + rows
      + (warning.map { ["", "warning: \($0)"] } ?? []))
      .joined(separator: "\n")
  }

  /// An attack that succeeds less often than this on the poisoned set's model was not learned.
  static let leastLearned = 0.5

  /// What succeeds on a model of clean data at this share of its success is no backdoor.
  static let mostWithoutPoison = 0.5

  /// Why the table proves little, if it does.
  public var warning: String? {
    guard !isTraced, let success = models.poisoned.attackSuccessRate else { return nil }
    if let without = models.clean?.attackSuccessRate, without >= Self.mostWithoutPoison * success {
      return "a model of the clean set gives the attacker's label to "
        + String(format: "%.1f %%", 100 * without) + " of the images with the trigger, so the "
        + "trigger looks like that class whether there is poison or not: compare with this row, "
        + "not with 0"
    }
    guard success < Self.leastLearned else { return nil }
    return "the model of the poisoned set did not learn the attack (it succeeds on "
      + String(format: "%.1f %%", 100 * success) + " of the images), so a low success after "
      + "purification proves nothing; train models longer or otherwise, or poison more"
  }

  private var detectionLines: [String] {
    guard let changes else {
      return [
        "true positive rate   \(percent(tpr))   poisoned samples relabelled or left out",
        "false positive rate  \(percent(fpr))   clean samples relabelled or left out",
        "label accuracy       \(percent(labelAccuracy))   labels as before poisoning",
      ]
    }
    func line(_ name: String, _ part: ImageChanges.Part?) -> String {
      guard let part else { return "\(name)\(percent(nil))" }
      let mean = String(format: "%.2f", part.mean)
      return "\(name)\(percent(part.share))   "
        + "mean change \(mean)/255, greatest \(part.maximum)/255"
        + (part.removed.map { ";\(percent($0)) left out" } ?? "")
    }
    return [
      line("poisoned images that changed  ", changes.poisoned),
      line("clean images that changed     ", changes.clean),
      "labels as before poisoning    \(percent(labelAccuracy))",
    ]
  }

  /// What came of flagged samples that were restored.
  private var restorationLines: [String] {
    guard let restoration else { return [] }
    let area = restoration.precisionRecallArea.map { String(format: ", AUPRC %.4f", $0) } ?? ""
    let distance = restoration.averagePixelDistance.map { String(format: "  %.4f ", $0) }
    return [
      "flagged precision    \(percent(restoration.precision))   "
        + "recall \(percent(restoration.recall).trimmingCharacters(in: .whitespaces))" + area,
      "restored and kept    \(percent(restoration.keptShare))   "
        + "\(restoration.kept) of \(restoration.flagged) flagged samples",
      "restored labels      \(percent(restoration.labelRestorationAccuracy))   "
        + "as before poisoning (LRA)",
      "pixel distance      \(distance ?? percent(nil))   "
        + "of restored poison from the images before (APD)"
        + (distance == nil ? ": needs these" : ""),
    ]
  }

  /// Why there is no column for it, if there is none.
  private var successLines: [String] {
    hasLastColumn ? [] : ["attack success is left out: no label of a test image is attacked"]
  }

  private var isRepeated: Bool { trials != nil }

  private var hasLastColumn: Bool {
    isTraced || models.rows.contains { $0.metrics.attackSuccessRate != nil }
  }

  /// Whether models are asked for marks rather than for an attack's success.
  private var isTraced: Bool { models.purified.log10PValue != nil }

  private var heading: String {
    guard hasLastColumn else { return "trained on        accuracy" }
    let last = isTraced ? "marks found (p < \(ModelMetrics.significance))" : "attack success"
    return isRepeated
      ? "trained on                 accuracy           \(last)"
      : "trained on        accuracy   \(last)"
  }

  private var rows: [String] {
    let deviations = deviations?.rows
    return models.rows.enumerated().map { row, model in
      let name = model.name + String(repeating: " ", count: 17 - model.name.count)
      let (mean, deviation) = (model.metrics, deviations?[row].metrics)
      guard hasLastColumn else {
        let spread = deviation.map { " ± \(percent($0.accuracy))" } ?? ""
        return "\(name) \(percent(mean.accuracy))\(spread)"
      }
      guard let deviation else {
        let success =
          isTraced
          ? "\(mean.showsMarks ? "yes" : "no"), \(probability(mean.log10PValue))"
          : percent(mean.attackSuccessRate)
        return "\(name) \(percent(mean.accuracy))          \(success)"
      }
      return "\(name) \(percent(mean.accuracy)) ± \(percent(deviation.accuracy))      "
        + success(row, mean: mean, deviation: deviation)
    }
  }

  /// Successes of attacks on one image, models that show marks, else mean ± deviation.
  private func success(_ row: Int, mean: ModelMetrics, deviation: ModelMetrics) -> String {
    if isTraced, let trials {
      let found = trials.count { $0.models.rows[row].metrics.showsMarks }
      return "\(found) of \(trials.count) trials, geometric mean \(probability(mean.log10PValue))"
    }
    guard isTargeted == true, let trials else {
      return "\(percent(mean.attackSuccessRate)) ± \(percent(deviation.attackSuccessRate))"
    }
    let successes = trials.count { $0.models.rows[row].metrics.attackSuccessRate == 1 }
    return "\(successes) of \(trials.count) trials"
  }

  /// `p = 0.012` or `p = 1e-45`, from its logarithm.
  private func probability(_ log10: Double?) -> String {
    guard let log10 else { return "–" }
    return log10 > -3
      ? String(format: "p = %.4f", pow(10, log10)) : String(format: "p = 1e%.1f", log10)
  }

  private func percent(_ value: Double?) -> String {
    guard let value else { return "      –" }
    let text = String(format: "%.2f", 100 * value)
    return String(repeating: " ", count: max(0, 6 - text.count)) + text + "%"
  }
}

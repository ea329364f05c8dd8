/// How well scores and flags agree with the ground truth; a poisoned sample is a positive.
///
/// A number is nil where its denominator is 0.
public struct ScoreMetrics: Equatable, Sendable {
  /// Samples by whether they are poisoned, and whether they are flagged.
  public var truePositives = 0
  public var falseNegatives = 0
  public var falsePositives = 0
  public var trueNegatives = 0
  /// Area under the receiver operating characteristic: the chance that a poisoned sample has a
  /// lower score than a clean one, where equal scores count half.
  public let rocArea: Double?
  /// Average precision, Σ (Rᵢ − Rᵢ₋₁)·Pᵢ over the distinct scores from the lowest on.
  public let precisionRecallArea: Double?
  /// The share of poisoned ones among scored samples, which a random order has as its area.
  public let prevalence: Double?
  /// Counts of poisoned and clean samples up to each distinct score, from the lowest on.
  let steps: [(poisoned: Int, clean: Int)]

  /// - Parameters:
  ///   - scores: the lower, the worse; samples without one count for the flags only.
  ///   - flagged: samples held for poisoned.
  ///   - poisoned: samples that are.
  public init(scores: [Float?], flagged: [Int], poisoned: Set<Int>) {
    let flagged = Set(flagged)
    for sample in scores.indices {
      switch (poisoned.contains(sample), flagged.contains(sample)) {
      case (true, true): truePositives += 1
      case (true, false): falseNegatives += 1
      case (false, true): falsePositives += 1
      case (false, false): trueNegatives += 1
      }
    }
    let scored = scores.indices.compactMap { sample in scores[sample].map { (sample, $0) } }
      .sorted { $0.1 < $1.1 }
    var steps: [(poisoned: Int, clean: Int)] = []
    var total = (poisoned: 0, clean: 0)
    for (place, (sample, score)) in scored.enumerated() {
      if poisoned.contains(sample) { total.poisoned += 1 } else { total.clean += 1 }
      if place + 1 < scored.count, scored[place + 1].1 == score { continue }
      steps.append(total)
    }
    self.steps = steps
    prevalence = Self.share(total.poisoned, of: scored.count)
    guard total.poisoned > 0, total.clean > 0 else {
      rocArea = nil
      precisionRecallArea = total.poisoned > 0 ? 1 : nil
      return
    }
    var (wins, precisions) = (0.0, 0.0)
    var last = (poisoned: 0, clean: 0)
    for step in steps {
      let new = (poisoned: step.poisoned - last.poisoned, clean: step.clean - last.clean)
      // Poisoned samples of lower scores beat these clean ones, equal ones half.
      wins += Double(new.clean) * (Double(last.poisoned) + 0.5 * Double(new.poisoned))
      precisions +=
        Double(new.poisoned) * Double(step.poisoned) / Double(step.poisoned + step.clean)
      last = step
    }
    rocArea = wins / Double(total.poisoned) / Double(total.clean)
    precisionRecallArea = precisions / Double(total.poisoned)
  }

  /// The recall.
  public var truePositiveRate: Double? {
    Self.share(truePositives, of: truePositives + falseNegatives)
  }
  public var falsePositiveRate: Double? {
    Self.share(falsePositives, of: falsePositives + trueNegatives)
  }
  public var precision: Double? {
    Self.share(truePositives, of: truePositives + falsePositives)
  }
  public var f1: Double? {
    Self.share(2 * truePositives, of: 2 * truePositives + falsePositives + falseNegatives)
  }

  /// The greatest true positive rate of a threshold at which the false positive rate is at most
  /// `limit`.
  public func truePositiveRate(atFalsePositiveRate limit: Double) -> Double? {
    guard let total = steps.last, total.poisoned > 0, total.clean > 0 else { return nil }
    let best = steps.last { Double($0.clean) / Double(total.clean) <= limit }?.poisoned ?? 0
    return Double(best) / Double(total.poisoned)
  }

  /// Recall and precision at each distinct score, from the lowest on; empty without a poisoned
  /// sample.
  public var precisionRecallCurve: [(recall: Double, precision: Double)] {
    guard let total = steps.last, total.poisoned > 0 else { return [] }
    return steps.map {
      (
        recall: Double($0.poisoned) / Double(total.poisoned),
        precision: Double($0.poisoned) / Double($0.poisoned + $0.clean)
      )
    }
  }

  private static func share(_ part: Int, of whole: Int) -> Double? {
    whole == 0 ? nil : Double(part) / Double(whole)
  }

  public static func == (a: ScoreMetrics, b: ScoreMetrics) -> Bool {
    a.truePositives == b.truePositives && a.falseNegatives == b.falseNegatives
      && a.falsePositives == b.falsePositives && a.trueNegatives == b.trueNegatives
      && a.steps.elementsEqual(b.steps, by: ==)
  }
}

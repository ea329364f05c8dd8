import Foundation

/// How many samples keep their label after a round, the early sign of a denoiser or victim too
/// weak.
///
/// Poisoned samples are meant to lose their label, and crowd into one class or few. The median over
/// classes is therefore what clean samples do.
public struct LabelRetention: Equatable, Codable, Sendable {
  /// Below this the method cannot tell clean samples from poisoned ones.
  public static let weakShare = 0.9

  /// Counted from 1; 0 is the original image.
  public var round: Int
  /// Share of all samples whose last candidate has the sample's label.
  public var overall: Double
  /// Median over classes of the class's share.
  public var medianClass: Double

  public var isWeak: Bool { medianClass < Self.weakShare }

  /// Shares over the first `store.completed` samples, of the originals and after each round.
  ///
  /// A sample that was settled early (see `AnomalyFilter.isSettledBenign`) counts as keeping its
  /// label.
  package static func all(
    of store: CandidateStore, labels: [Int32], classes: Int, rounds: Int
  ) -> [LabelRetention] {
    let perRound = store.candidatesPerSample / rounds
    var kept = [[Int]](repeating: [Int](repeating: 0, count: classes), count: rounds + 1)
    var counts = [Int](repeating: 0, count: classes)
    for sample in 0..<store.completed {
      let label = Int(labels[sample])
      let found = store.labels(of: sample)
      counts[label] += 1
      if found.original == label { kept[0][label] += 1 }
      for round in 1...rounds {
        let last = round * perRound - 1
        if last >= found.candidates.count || found.candidates[last] == label {
          kept[round][label] += 1
        }
      }
    }
    return kept.enumerated().map { round, byClass in
      let shares = counts.indices.filter { counts[$0] > 0 }.map {
        Double(byClass[$0]) / Double(counts[$0])
      }
      return LabelRetention(
        round: round,
        overall: Double(byClass.reduce(0, +)) / Double(max(1, store.completed)),
        medianClass: AnomalyIndex.median(shares))
    }
  }

  /// One line: `samples that keep their label (median class): before 99.8 %, round 1 98.9 %, …`.
  static func text(_ shares: [LabelRetention], samples: Int) -> String {
    let parts = shares.map { share in
      (share.round == 0 ? "original " : "round \(share.round) ") + percent(share.medianClass)
    }
    return "Share that keeps its label after \(samples) samples (median of the classes): "
      + parts.joined(separator: ", ")
  }

  /// What a low share means, if there is one.
  static func warnings(_ shares: [LabelRetention]) -> [String] {
    guard let first = shares.first(where: \.isWeak) else { return [] }
    let share = "only \(percent(first.medianClass)) of a typical class "
    if first.round == 0 {
      return [
        share + "get their own label from the victim model before anything is changed: it is too "
          + "weak; train it longer, or start it from a trusted model"
      ]
    }
    return [
      share
        + "keep their label after round \(first.round): the denoiser or the victim model is too "
        + "weak for this data, and clean samples will look poisoned; less noise changes them less"
    ]
  }

  private static func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }
}

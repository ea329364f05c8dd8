import Detection
import Support

/// What several detectors found, a line for each.
struct PanelTable {
  private var rows: [[String]]

  /// - Parameter truth: the manipulated samples, if they are known: then rates and areas are shown.
  init(
    _ opinions: [(id: String, scores: SampleScores)], classNames: [String], truth: Set<Int>?
  ) {
    rows = [
      ["detector", "flagged"] + (truth == nil ? [] : ["TPR %", "FPR %", "AUROC", "AUPRC"])
        + ["suspicious classes"]
    ]
    for (id, scores) in opinions {
      var row = [id, "\(scores.flagged.count)"]
      if let truth {
        let metrics = ScoreMetrics(scores: scores.values, flagged: scores.flagged, poisoned: truth)
        row += [metrics.truePositiveRate, metrics.falsePositiveRate].map {
          Self.number($0.map { 100 * $0 }, digits: 2)
        }
        row += [metrics.rocArea, metrics.precisionRecallArea].map { Self.number($0, digits: 4) }
      }
      let suspicious = zip(classNames, scores.classes).filter(\.1.isSuspicious).map(\.0)
      rows.append(row + [suspicious.isEmpty ? "none" : suspicious.joined(separator: ", ")])
    }
  }

  var text: String { TextTable(rows: rows).text }

  private static func number(_ value: Double?, digits: Int) -> String {
    value.map { NumberFormat.text($0, digits: digits) } ?? "–"
  }
}

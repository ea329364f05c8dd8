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

  /// Names to the left, numbers to the right of their columns.
  var text: String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.indices.map { column in
        let space = String(repeating: " ", count: widths[column] - row[column].count)
        if column == row.count - 1 { return row[column] }
        return column == 0 ? row[column] + space : space + row[column]
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }

  private static func number(_ value: Double?, digits: Int) -> String {
    value.map { NumberFormat.text($0, digits: digits) } ?? "–"
  }
}

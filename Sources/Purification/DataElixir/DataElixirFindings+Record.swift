import Runs
import Support

extension DataElixirFindings {
  /// Evidence of each test, by class: `transplants` and `kept labels`, or `anomaly index` of the
  /// paper's rules.
  public func targetRecords() throws -> [TargetRecord] {
    let moved = try evidence.map { row in
      TargetRecord(
        label: row.label, source: "transplants", isSuspicious: row.standing != .clear,
        reason: "\(row.standing.rawValue): \(row.carriers) of \(row.donors) donors are carriers",
        figures: try JSONText.line(row))
    }
    let kept = try keptLabels.map { row in
      TargetRecord(
        label: row.label, source: "kept labels", isSuspicious: row.isTarget,
        reason: "\(row.carriers) of \(row.tested) samples that keep their label are carriers",
        figures: try JSONText.line(row))
    }
    let indexed = try classes.map { row in
      TargetRecord(
        label: row.label, source: "anomaly index", isSuspicious: row.isTarget,
        reason: "\(row.anomalousSamples) anomalous samples", figures: try JSONText.line(row))
    }
    return moved + kept + indexed
  }
}

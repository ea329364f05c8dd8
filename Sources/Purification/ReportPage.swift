import Foundation

/// The report as one HTML file that needs no other.
struct ReportPage {
  let report: PurificationReport
  let timings: PhaseTimings
  /// PNG of samples before and after.
  let picture: [UInt8]?

  func html() -> String {
    let sections = [summary(), warnings(), classes(), rounds(), pictures(), parameters(), times()]
    return """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><title>Purification report</title>
      <style>
      body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 60rem; margin: 2rem auto;
        padding: 0 1rem }
      table { border-collapse: collapse } th, td { padding: .2rem .8rem; text-align: right;
        border-bottom: 1px solid #ddd } th:first-child, td:first-child { text-align: left }
      .target { background: #fbe3e3 } .warning { border-left: 4px solid #c80; padding-left: .8rem }
      img { max-width: 100%; image-rendering: pixelated }
      </style></head><body>
      <h1>Purification report</h1>
      \(sections.filter { !$0.isEmpty }.joined(separator: "\n"))
      </body></html>

      """
  }

  private func summary() -> String {
    let counts = report.verdicts
    return """
      <p><strong>\(escaped(report.conclusion))</strong></p>
      <p>\(report.data.samples) samples of \(escaped(report.data.path))
      (\(escaped(report.data.format)), \(report.data.shape.description)):
      \(counts.benign) benign (B), \(counts.poisoned) poisoned (P), \(counts.suspicious) suspicious
      (S). Of the target classes' suspicious samples, \(report.changes.agreed) of
      \(report.changes.suspicious) got the same label from the benign model's first stage and from
      the vote of their candidates. Only samples of target classes are ever changed.</p>
      """
  }

  private func warnings() -> String {
    report.warnings.map { "<p class=\"warning\">Warning: \(escaped($0))</p>" }
      .joined(separator: "\n")
  }

  private func classes() -> String {
    let rows = report.classes.map { evidence in
      (
        isMarked: evidence.isTarget,
        cells: [
          "\(evidence.label) \(report.data.classNames[evidence.label])",
          String(evidence.anomalousSamples), number(evidence.score), number(evidence.index),
          number(evidence.countIndex), evidence.isTarget ? "target" : "",
        ]
      )
    }
    return "<h2>Classes</h2>\n"
      + table(["class", "anomalous samples", "score", "anomaly index", "index of counts", ""], rows)
      + """
      <p>\(escaped(TargetDetection.rule))</p>
      """
  }

  private func rounds() -> String {
    let rows = report.rounds.map { share in
      (
        isMarked: share.isWeak,
        cells: [
          share.round == 0 ? "original" : "round \(share.round)", percent(share.overall),
          percent(share.medianClass),
        ]
      )
    }
    return "<h2>Samples that keep their label</h2>\n"
      + table(["after", "all samples", "median of the classes"], rows)
  }

  private func pictures() -> String {
    guard let picture else { return "" }
    let data = Data(picture).base64EncodedString()
    return """
      <h2>Changed samples</h2>
      <p>Green frames: the label changed. Gray frames: the image only.</p>
      <img alt="changed samples before and after" src="data:image/png;base64,\(data)">
      """
  }

  private func parameters() -> String {
    let options = report.options
    let candidates = report.candidates
    let rows: [(String, String)] = [
      ("denoiser", options.denoiser), ("rounds", String(options.rounds)),
      ("noise steps", "\(options.noiseSteps) (ᾱ \(number(candidates.alphaBar)))"),
      ("sampler", options.diffusionSampler.description),
      ("time steps", candidates.timesteps.map(String.init).joined(separator: " ")),
      (
        "candidates",
        "\(candidates.perSample), \(candidates.perRound) a round (\(options.candidates.rawValue))"
      ),
      ("threshold", "\(options.threshold): from \(candidates.threshold) of them"),
      ("victim", options.victim.model ?? "trained, \(options.victim.architecture)"),
      ("compared with", options.rules.filter.reference.rawValue),
      ("labels of suspicious samples from", options.suspiciousLabel.rawValue),
      ("compatibility", options.compatibility.rawValue), ("seed", String(options.seed)),
      ("device", report.device), ("dataset fingerprint", report.data.fingerprint),
    ]
    return "<h2>Parameters</h2>\n"
      + table(["", ""], rows.map { (isMarked: false, cells: [$0.0, $0.1]) })
      + "<p>\(escaped(candidates.definition))</p>"
  }

  private func times() -> String {
    let rows = timings.seconds.map {
      (isMarked: false, cells: [$0.name, String(format: "%.1f", $0.seconds)])
    }
    return "<h2>Seconds</h2>\n" + table(["phase", "in this process"], rows)
  }

  private func table(
    _ heading: [String], _ rows: [(isMarked: Bool, cells: [String])]
  ) -> String {
    let head = heading.map { "<th>\(escaped($0))</th>" }.joined()
    let body = rows.map { row in
      (row.isMarked ? "<tr class=\"target\">" : "<tr>")
        + row.cells.map { "<td>\(escaped($0))</td>" }.joined() + "</tr>"
    }
    return "<table><tr>\(head)</tr>\n\(body.joined(separator: "\n"))\n</table>\n"
  }

  private func number(_ value: Double?) -> String {
    value.map { String(format: "%.3f", $0) } ?? "–"
  }

  private func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }

  private func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;")
      .replacingOccurrences(of: "<", with: "&lt;").replacingOccurrences(of: ">", with: "&gt;")
      .replacingOccurrences(of: "\"", with: "&quot;")
  }
}

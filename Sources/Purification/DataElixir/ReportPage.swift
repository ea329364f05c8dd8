import Foundation

/// The report as one HTML file that needs no other.
struct ReportPage {
  let report: PurificationReport
  let timings: PhaseTimings
  /// PNG of samples before and after.
  let picture: [UInt8]?

  func html() -> String {
    HTML.document(
      title: "Purification report",
      [
        summary(), HTML.warnings(report.warnings), classes(), rounds(), pictures(), parameters(),
        HTML.times(timings),
      ])
  }

  private func summary() -> String {
    let counts = report.verdicts
    return """
      <p><strong>\(report.conclusion.htmlEscaped)</strong></p>
      <p>\(report.data.samples) samples of \(report.data.path.htmlEscaped)
      (\(report.data.format.htmlEscaped), \(report.data.shape.description)):
      \(counts.benign) benign (B), \(counts.poisoned) poisoned (P), \(counts.suspicious) suspicious
      (S). Of the target classes' suspicious samples, \(report.changes.agreed) of
      \(report.changes.suspicious) got the same label from the benign model's first stage and from
      the vote of their candidates. Only samples of target classes are ever changed.</p>
      """
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
      + HTML.table(
        ["class", "anomalous samples", "score", "anomaly index", "index of counts", ""], rows)
      + """
      <p>\(TargetDetection.rule.htmlEscaped)</p>
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
      + HTML.table(["after", "all samples", "median of the classes"], rows)
  }

  private func pictures() -> String {
    guard let picture else { return "" }
    return """
      <h2>Changed samples</h2>
      <p>Green frames: the label changed. Gray frames: the image only.</p>
      \(HTML.picture(picture, described: "changed samples before and after"))
      """
  }

  private func parameters() -> String {
    let options = report.options
    let candidates = report.candidates
    let rows: [(String, String)] = [
      ("denoiser", options.denoiser), ("rounds", String(options.roundCount)),
      ("noise steps", "\(candidates.noiseSteps) (ᾱ \(number(candidates.alphaBar)))"),
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
      + HTML.table(["", ""], rows.map { (isMarked: false, cells: [$0.0, $0.1]) })
      + "<p>\(candidates.definition.htmlEscaped)</p>"
  }

  private func number(_ value: Double?) -> String {
    value.map { String(format: "%.3f", $0) } ?? "–"
  }

  private func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }
}

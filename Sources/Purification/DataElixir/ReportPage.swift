import Foundation

/// The report as one HTML file that needs no other.
struct ReportPage {
  let report: PurificationReport
  let timings: PhaseTimings
  /// PNG of samples before and after.
  let picture: [UInt8]?
  /// PNG of estimated triggers.
  var triggerPicture: [UInt8]?

  func html() -> String {
    HTML.document(
      title: "Purification report",
      [
        summary(),
        HTML.warnings(report.doubts.map { "result unsure: " + $0 } + report.warnings),
        evidence(), classes(), triggers(), noise(), rounds(), secondLook(), pictures(),
        parameters(), HTML.times(timings),
      ])
  }

  private func summary() -> String {
    let counts = report.verdicts
    return """
      <p><strong>\(report.conclusion.htmlEscaped)</strong></p>
      <p>\(report.data.samples) samples of \(report.data.path.htmlEscaped)
      (\(report.data.format.htmlEscaped), \(report.data.shape.description)):
      \(counts.benign) benign (B), \(counts.poisoned) poisoned (P), \(counts.suspicious) suspicious
      (S). Only samples of target classes are ever changed.</p>
      \(details)
      """
  }

  /// What the numbers of changed samples consist of.
  private var details: String {
    let changes = report.changes
    guard report.options.compatibility == .current else {
      return """
        <p>Of the target classes' suspicious samples, \(changes.agreed) of \(changes.suspicious) got
        the same label from the benign model's first stage and from the vote of their
        candidates.</p>
        """
    }
    guard !report.targets.isEmpty else { return "" }
    let attack = report.attack.map {
      """
      What \($0.donors) of them have in common, put on other images, gives these the target label
      \(percent($0.victim)) of the time with the victim model, and \(percent($0.benign)) with the
      model that was trained without them (benign.safetensors).
      """
    }
    return """
      <p>\(changes.carriers) samples carry a trigger; \(changes.disowned) others moved and were
      disowned by the benign model. \(attack ?? "")</p>
      """
  }

  private func evidence() -> String {
    guard !report.evidence.isEmpty else { return "" }
    let rows = report.evidence.map { row in
      (
        isMarked: row.standing != .clear,
        cells: [
          "\(row.label) \(report.data.classNames[row.label])", String(row.samples),
          String(row.moved), String(row.donors), String(row.bringers), String(row.carriers),
          String(format: "%.1f", row.nullRate * Double(row.donors)),
          String(format: "%.2g", row.pValue), row.standing == .clear ? "" : row.standing.rawValue,
        ]
      )
    }
    return "<h2>Classes</h2>\n"
      + HTML.table(
        [
          "class", "samples", "moved", "tested", "bring their label", "carriers",
          "carriers by chance", "probability", "",
        ], rows)
      + "<p>\(TargetTest.rule.htmlEscaped)</p>"
  }

  private func triggers() -> String {
    guard let triggerPicture else { return "" }
    return """
      <h2>What carriers have in common</h2>
      <p>By target class, the mean difference between carriers and their restorations, in gray where
      there is none, and the region by which samples of the class were told apart, if it is a
      patch.</p>
      \(HTML.picture(triggerPicture, described: "estimated triggers"))
      """
  }

  private func noise() -> String {
    guard let search = report.noiseSearch else { return "" }
    let rows = search.measurements.map { level in
      (
        isMarked: level.noiseSteps == search.noiseSteps,
        cells: [String(level.noiseSteps), percent(level.retention)]
      )
    }
    return "<h2>Choice of noise</h2>\n"
      + NoiseChart(search: search).svg()
      + HTML.table(["noise steps", "labels that a typical class keeps after a round"], rows)
        + """
        <p>The most noise at which a typical class keeps \(percent(NoiseSearch.retentionGoal)) of
        the labels that the victim gives the originals, or
        \(percent(NoiseSearch.leastRetention)) where no useful level allows as much.</p>
        """
  }

  private func secondLook() -> String {
    guard !report.secondLook.isEmpty else { return "" }
    let rows = report.secondLook.map { level in
      (
        isMarked: level.separates && !level.breaksLabels,
        cells: [
          String(level.noiseSteps), "\(level.moved) of \(level.suspects)",
          "\(level.controlsMoved) of \(level.controls)",
        ]
      )
    }
    return "<h2>Second look at suspected classes</h2>\n"
      + HTML.table(["noise steps", "their samples that moved", "others that moved"], rows)
  }

  private func classes() -> String {
    guard !report.classes.isEmpty else { return "" }
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

import Foundation

/// The report of Mendata or a baseline as one HTML file.
struct PerturbationPage {
  let report: PerturbationReport
  var timings = PhaseTimings()
  /// PNG of samples before, the change, and after.
  var picture: [UInt8]?
  /// SVG of the rounds; empty if there were none.
  var rounds = ""
  /// SVG of the features; empty if none were compared.
  var features = ""

  init(report: PerturbationReport) {
    self.report = report
  }

  func html() -> String {
    HTML.document(
      title: "Purification report",
      [
        summary(), HTML.warnings(report.warnings), reference(), roundTable(), featurePicture(),
        changedSamples(), parameters(), HTML.times(timings),
      ])
  }

  private func summary() -> String {
    """
    <p><strong>\(report.conclusion.htmlEscaped)</strong></p>
    <p>\(report.data.samples) samples of \(report.data.path.htmlEscaped)
    (\(report.data.format.htmlEscaped), \(report.data.shape.description)), method
    \(report.method). Labels are never changed, nor are the reference samples.</p>
    """
  }

  private func reference() -> String {
    guard let reference = report.reference else { return "" }
    var text =
      "<h2>Reference data</h2>\n<p>\(reference.images) images"
      + " (\(reference.source.htmlEscaped))"
    if let precision = reference.precision, let recall = reference.recall {
      text += String(
        format: "; by the ground truth, precision %.2f %%, recall %.2f %%", 100 * precision,
        100 * recall)
    }
    text += ".</p>\n"
    guard reference.perClass.contains(where: { $0 > 0 }) else { return text }
    let rows = zip(report.data.classNames, reference.perClass).map {
      (isMarked: $1 == 0, cells: [$0, String($1)])
    }
    return text + HTML.table(["class", "samples"], rows)
  }

  private func roundTable() -> String {
    guard !report.rounds.isEmpty else { return "" }
    func number(_ value: Double) -> String { String(format: "%.4f", value) }
    let rows = report.rounds.map { round in
      (
        isMarked: !round.hasConverged,
        cells: [
          String(round.number), number(round.distance), number(round.penalty),
          String(round.criticSteps), String(round.moved), number(round.meanPerturbation),
          String(format: "%.2f", round.greatestPerturbation),
        ]
      )
    }
    var text = "<h2>Rounds</h2>\n\(rounds)\n"
    if let end = report.end { text += "<p>Ended by \(end.rawValue).</p>\n" }
    if let distances = report.distances {
      text += """
        <p>Distance by the last critic: \(number(distances.perturbed)) with the perturbations as they
        are, \(number(distances.amplified)) amplified and clipped, \(number(distances.quantized)) in
        whole bytes, as written.</p>

        """
    }
    return text
      + HTML.table(
        [
          "round", "distance ℓ(h)", "penalty r(h)", "critic's steps", "moved",
          "mean ‖δ‖∞ (1/255)", "greatest",
        ], rows)
      + "<p>Marked rounds: the critic had not settled at its limit of steps.</p>"
  }

  private func featurePicture() -> String {
    features.isEmpty ? "" : "<h2>Features in their two main directions</h2>\n\(features)"
  }

  private func changedSamples() -> String {
    guard let picture else { return "" }
    return """
      <h2>Changed samples, from the most changed on</h2>
      \(HTML.picture(picture, described: "samples before, their change, and after"))
      """
  }

  private func parameters() -> String {
    var rows: [(String, String)] = []
    if let features = report.options.features {
      let size = report.options.featureSide.map { ", images of \($0) pixels" } ?? ""
      rows.append(("features", features + size))
    }
    switch report.options.method {
    case .mendata(let options):
      rows += [
        ("share moved ρ", "\(options.share)"),
        ("perturbation rate l_δ", report.perturbationRate.map { "\($0)" } ?? "–"),
        ("amplification β", "\(options.amplification)"), ("λ", "\(options.sizePenalty)"),
        (
          "critic",
          "\(options.activation.rawValue), \(options.units.map(String.init) ?? "d") units"
        ),
        ("critic's rate l_h", "\(options.critic.learningRate)"),
        ("batch m", "\(options.critic.batchSize)"),
        ("penalty's weight ν", "\(options.critic.penaltyWeight)"),
        ("checkpoint interval t", "\(options.critic.checkpointInterval)"),
        ("budget", options.budget.map { "\($0)/255" } ?? "none"),
      ]
    case .randomNoise(let noise): rows.append(("σ", "\(noise.deviation)/255"))
    case .friendlyNoise(let noise):
      rows += [
        ("α", "\(noise.radius)/255"), ("μ", "\(noise.weight)"),
        ("model", report.options.victim.model ?? "trained, \(report.options.victim.architecture)"),
      ]
    case .referenceOnly: break
    }
    rows += [
      ("seed", String(report.options.seed)), ("device", report.device),
      ("dataset fingerprint", report.data.fingerprint),
    ]
    return "<h2>Parameters</h2>\n"
      + HTML.table(["", ""], rows.map { (isMarked: false, cells: [$0.0, $0.1]) })
  }
}

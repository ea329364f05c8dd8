import Foundation
import Reports

extension DataElixirFindings {
  public func chapters(_ data: PurifiedData) -> [String] {
    [
      counts, evidenceChapter(data), keptLabelChapter(data), classChapter(data), triggerChapter,
      denoiserChapter(data),
      noiseChapter,
      retentionChapter, secondLookChapter,
    ]
  }

  private var counts: String {
    """
    <p>\(verdicts.benign) samples are benign (B), \(verdicts.poisoned) poisoned (P),
    \(verdicts.suspicious) suspicious (S). Only samples of target classes are ever changed.</p>
    \(details)
    """
  }

  /// What the numbers of changed samples consist of.
  private var details: String {
    guard options.compatibility == .current else {
      return """
        <p>Of the target classes' suspicious samples, \(repair.agreed) of \(repair.suspicious) got
        the same label from the benign model's first stage and from the vote of their
        candidates.</p>
        """
    }
    guard !targets.isEmpty else { return "" }
    let attack = attack.map {
      """
      What \($0.donors) of them have in common, put on other images, gives these the target label
      \(percent($0.victim)) of the time with the victim model, and \(percent($0.benign)) with the
      model that was trained without them (benign.safetensors).
      """
    }
    return """
      <p>\(repair.carriers) samples carry a trigger; \(repair.disowned) others moved and were
      disowned by the benign model. \(attack ?? "")</p>
      """
  }

  private func evidenceChapter(_ data: PurifiedData) -> String {
    guard !evidence.isEmpty else { return "" }
    let rows = evidence.map { row in
      (
        isMarked: row.standing != .clear,
        cells: [
          "\(row.label) \(data.classNames[row.label])", String(row.samples),
          String(row.moved), String(row.donors), String(row.bringers), String(row.carriers),
          String(row.textured),
          String(format: "%.1f", row.nullRate * Double(row.donors)),
          String(format: "%.2g", row.pValue), row.standing == .clear ? "" : row.standing.rawValue,
        ]
      )
    }
    return "<h2>Classes</h2>\n"
      + HTML.table(
        [
          "class", "samples", "moved", "tested", "bring their label", "carriers",
          "texture only", "carriers by chance", "probability", "",
        ], rows)
      + "<p>\(TargetTest.rule.htmlEscaped)</p>"
  }

  private func keptLabelChapter(_ data: PurifiedData) -> String {
    guard !keptLabels.isEmpty else { return "" }
    let rows = keptLabels.map { row in
      (
        isMarked: row.isTarget,
        cells: [
          "\(row.label) \(data.classNames[row.label])", String(row.tested), String(row.carriers),
          String(format: "%.1f", row.nullRate * Double(row.tested)),
          String(format: "%.2g", row.pValue), row.detectors.joined(separator: ", "),
          row.isTarget ? "target" : "",
        ]
      )
    }
    return "<h2>Samples that keep their label</h2>\n"
      + HTML.table(
        [
          "class", "tested", "carriers", "carriers by chance", "probability",
          "suspected by detectors", "",
        ], rows)
        + """
        <p>Poison may leave labels alone. Of each class up to
        \(KeptLabelSearch.tested) samples that kept their label, and as many that detectors flag,
        were restored; what that took away was put on images of all other classes. If
        \(Int(100 * KeptLabelEvidence.carrierShare)) % of these get the class's label, the sample is
        a carrier; the chance is counted as above. A class is a target if it has more carriers
        than chance explains and the detectors' vote suspects it as well; in a target class the
        samples that they flag are taken for carriers, too. Its carriers keep their label if the
        benign model gives it to most of their restorations.</p>
        """
  }

  private var triggerChapter: String {
    guard let triggerPicture else { return "" }
    return """
      <h2>What carriers have in common</h2>
      <p>By target class, the mean difference between carriers and their restorations, in gray where
      there is none, and the region by which samples of the class were told apart, if it is a
      patch.</p>
      \(HTML.picture(triggerPicture, described: "estimated triggers"))
      """
  }

  private func denoiserChapter(_ data: PurifiedData) -> String {
    guard let ownDenoiser else { return "" }
    let rows = zip(data.classNames, ownDenoiser.samples).map {
      (isMarked: false, cells: [$0, String($1)])
    }
    return "<h2>Denoiser</h2>\n"
      + """
      <p>None was given, so one was trained for \(ownDenoiser.steps) steps on the samples of each
      class that Meta-Sift, \(ownDenoiser.sifters) sifters, trusts most.</p>
      """ + HTML.table(["class", "samples"], rows)
  }

  private var noiseChapter: String {
    guard let search = noiseSearch else { return "" }
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

  private var secondLookChapter: String {
    guard !secondLook.isEmpty else { return "" }
    let rows = secondLook.map { level in
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

  private func classChapter(_ data: PurifiedData) -> String {
    guard !classes.isEmpty else { return "" }
    let rows = classes.map { evidence in
      (
        isMarked: evidence.isTarget,
        cells: [
          "\(evidence.label) \(data.classNames[evidence.label])",
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

  private var retentionChapter: String {
    let rows = rounds.map { share in
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

  public var parameters: [(String, String)] {
    [
      ("denoiser", options.denoiser ?? "trained on sifted samples"),
      ("rounds", String(options.roundCount)),
      ("noise steps", "\(candidates.noiseSteps) (ᾱ \(number(candidates.alphaBar)))"),
      ("sampler", options.diffusionSampler.description),
      ("time steps", candidates.timesteps.map(String.init).joined(separator: " ")),
      (
        "candidates",
        "\(candidates.perSample), \(candidates.perRound) a round (\(options.candidates.rawValue))"
      ),
      ("which states are candidates", candidates.definition),
      ("threshold", "\(options.threshold): from \(candidates.threshold) of them"),
      ("victim", options.victim.model ?? "trained, \(options.victim.plan.architecture.rawValue)"),
      ("compared with", options.rules.filter.reference.rawValue),
      ("labels of suspicious samples from", options.suspiciousLabel.rawValue),
      ("compatibility", options.compatibility.rawValue),
    ]
  }

  private func number(_ value: Double?) -> String {
    value.map { String(format: "%.3f", $0) } ?? "–"
  }

  private func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }
}

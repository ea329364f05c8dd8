import Foundation
import Reports
import Support

extension DataElixirFindings {
  public func chapters(_ data: PurifiedData) -> [ReportChapter] {
    [
      evidenceChapter(data), keptLabelChapter(data), classChapter(data), detectorChapter(data),
      triggerChapter, retentionChapter, noiseChapter, secondLookChapter, denoiserChapter(data),
    ]
  }

  private var counts: String {
    """
    <p>\(NumberFormat.count(verdicts.benign)) samples are benign (B),
    \(NumberFormat.count(verdicts.poisoned)) poisoned (P),
    \(NumberFormat.count(verdicts.suspicious)) suspicious (S). Only samples of target classes are
    ever changed.</p>
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

  private func evidenceChapter(_ data: PurifiedData) -> ReportChapter {
    guard !evidence.isEmpty else { return HTML.chapter("Verdicts", counts) }
    let rows = evidence.map { row in
      (
        isMarked: row.standing != .clear,
        cells: [
          data.name(row.label), String(row.samples),
          String(row.moved), String(row.donors), String(row.bringers), String(row.carriers),
          String(row.textured),
          String(format: "%.1f", row.nullRate * Double(row.donors)),
          String(format: "%.2g", row.pValue), row.standing == .clear ? "" : row.standing.rawValue,
        ]
      )
    }
    return HTML.chapter(
      "Evidence by class",
      counts
        + carrierChart(
          evidence.map { ($0.label, $0.carriers, $0.donors, $0.nullRate) }, data,
          title: "Carriers of a trigger by class, with the number that chance explains")
        + HTML.details(
          "Numbers",
          HTML.table(
            [
              "class", "samples", "moved", "tested", "bring their label", "carriers",
              "texture only", "carriers by chance", "probability", "",
            ], rows))
        + "<p class=\"note\">\(TargetTest.rule.htmlEscaped)</p>")
  }

  /// Classes from the one with most carriers on.
  private func carrierChart(
    _ classes: [(label: Int, carriers: Int, tested: Int, nullRate: Double)], _ data: PurifiedData,
    title: String
  ) -> String {
    let shown = classes.sorted { ($1.carriers, $0.label) < ($0.carriers, $1.label) }
    return ClassChart(
      series: ["carriers of a trigger"],
      rows: shown.map {
        ClassChart.Row(
          name: data.name($0.label), counts: [$0.carriers],
          chance: $0.nullRate * Double($0.tested), remark: "of \($0.tested)")
      }
    ).html(title)
  }

  private func keptLabelChapter(_ data: PurifiedData) -> ReportChapter {
    guard !keptLabels.isEmpty else { return "" }
    let rows = keptLabels.map { row in
      (
        isMarked: row.isTarget,
        cells: [
          data.name(row.label), String(row.tested), String(row.carriers),
          String(format: "%.1f", row.nullRate * Double(row.tested)),
          String(format: "%.2g", row.pValue), row.detectors.joined(separator: ", "),
          row.isTarget ? "target" : "",
        ]
      )
    }
    return HTML.chapter(
      "Poison that keeps its label",
      carrierChart(
        keptLabels.map { ($0.label, $0.carriers, $0.tested, $0.nullRate) }, data,
        title: "Carriers among samples that keep their label, with the number that chance explains")
        + HTML.details(
          "Numbers",
          HTML.table(
            [
              "class", "tested", "carriers", "carriers by chance", "probability",
              "suspected by detectors", "",
            ], rows))
          + """
          <p class="note">Poison may leave labels alone. Of each class up to
          \(KeptLabelSearch.tested) samples that kept their label, and as many that detectors flag,
          were restored; what that took away was put on images of all other classes. If
          \(Int(100 * KeptLabelEvidence.carrierShare)) % of these get the class's label, the sample
          is a carrier; the chance is counted as above. A class is a target if it has more carriers
          than chance explains and the detectors' vote suspects it as well; in a target class the
          samples that they flag are taken for carriers, too. Its carriers keep their label if the
          benign model gives it to most of their restorations.</p>
          """)
  }

  private func detectorChapter(_ data: PurifiedData) -> ReportChapter {
    guard let opinions, !opinions.opinions.isEmpty else { return "" }
    let detectors = opinions.opinions
    let labels = Set(detectors.flatMap(\.suspected)).sorted()
    guard !labels.isEmpty else {
      return HTML.chapter(
        "Detectors",
        "<p>None of \(detectors.count) detectors suspects a class: "
          + "\(detectors.map(\.detector).joined(separator: ", ").htmlEscaped).</p>")
    }
    let counts = labels.map { label in
      detectors.map { detector in
        detector.suspected.firstIndex(of: label).map { detector.flagged[$0] } ?? 0
      }
    }
    let rows = zip(labels, counts).map { label, counts in
      (
        isMarked: targets.contains(label),
        cells: [data.name(label)] + counts.map { $0 == 0 ? "" : String($0) }
      )
    }
    return HTML.chapter(
      "Detectors",
      """
      <p>Second opinions from the victim's features: how many samples of which classes detectors
      flag. They tell where to look, and decide nothing alone.</p>
      """
        + ClassChart(
          series: detectors.map(\.detector),
          rows: zip(labels, counts).map {
            ClassChart.Row(name: data.name($0), counts: $1, chance: nil, remark: "")
          }
        ).html("Samples flagged by each detector, by class")
        + HTML.details("Numbers", HTML.table(["class"] + detectors.map(\.detector), rows)))
  }

  private var triggerChapter: ReportChapter {
    guard let triggerPicture else { return "" }
    return HTML.chapter(
      "What carriers have in common",
      """
      <p>By target class, the mean difference between carriers and their restorations, in gray where
      there is none, and the region by which samples of the class were told apart, if it is a
      patch.</p>
      \(HTML.picture(triggerPicture, described: "estimated triggers"))
      """)
  }

  private func denoiserChapter(_ data: PurifiedData) -> ReportChapter {
    guard let ownDenoiser else { return "" }
    let rows = zip(data.classNames, ownDenoiser.samples).map {
      (isMarked: false, cells: [$0, String($1)])
    }
    return HTML.chapter(
      "Denoiser",
      """
      <p>None was given, so one was trained for \(ownDenoiser.steps) steps on the samples of each
      class that Meta-Sift, \(ownDenoiser.sifters) sifters, trusts most.</p>
      """ + HTML.table(["class", "samples"], rows))
  }

  private var noiseChapter: ReportChapter {
    guard let search = noiseSearch else { return "" }
    let rows = search.measurements.map { level in
      (
        isMarked: level.noiseSteps == search.noiseSteps,
        cells: [String(level.noiseSteps), percent(level.retention)]
      )
    }
    return HTML.chapter(
      "Choice of noise",
      NoiseChart(search: search).svg()
        + HTML.details(
          "Numbers",
          HTML.table(["noise steps", "labels that a typical class keeps after a round"], rows))
          + """
          <p class="note">The most noise at which a typical class keeps
          \(percent(NoiseSearch.retentionGoal)) of the labels that the victim gives the originals,
          or \(percent(NoiseSearch.leastRetention)) where no useful level allows as much.</p>
          """)
  }

  private var secondLookChapter: ReportChapter {
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
    return HTML.chapter(
      "Second look at suspected classes",
      HTML.table(["noise steps", "their samples that moved", "others that moved"], rows))
  }

  private func classChapter(_ data: PurifiedData) -> ReportChapter {
    guard !classes.isEmpty else { return "" }
    let rows = classes.map { evidence in
      (
        isMarked: evidence.isTarget,
        cells: [
          data.name(evidence.label),
          String(evidence.anomalousSamples), number(evidence.score), number(evidence.index),
          number(evidence.countIndex), evidence.isTarget ? "target" : "",
        ]
      )
    }
    return HTML.chapter(
      "Anomalous samples by class",
      ClassChart(
        series: ["anomalous samples"],
        rows: classes.map {
          ClassChart.Row(
            name: data.name($0.label), counts: [$0.anomalousSamples], chance: nil,
            remark: "index \(number($0.index))")
        }
      ).html("Anomalous samples by class")
        + HTML.table(
          ["class", "anomalous samples", "score", "anomaly index", "index of counts", ""], rows)
        + "<p class=\"note\">\(TargetDetection.rule.htmlEscaped)</p>")
  }

  private var retentionChapter: ReportChapter {
    let rows = rounds.map { share in
      (
        isMarked: share.isWeak,
        cells: [
          share.round == 0 ? "original" : "round \(share.round)", percent(share.overall),
          percent(share.medianClass),
        ]
      )
    }
    guard !rows.isEmpty else { return "" }
    return HTML.chapter(
      "Labels kept by round",
      RetentionChart(rounds: rounds).svg()
        + HTML.details(
          "Numbers", HTML.table(["after", "all samples", "median of the classes"], rows))
          + """
          <p class="note">Each round adds noise and takes it away again. Clean samples should keep
          their label; where a typical class loses its, denoiser or victim model are too weak.</p>
          """)
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

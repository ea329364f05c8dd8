/// The paper's decisions, and those of its official code.
extension PurificationJob {
  /// Stages 2 to 4 by fixed rules; writes the output.
  func decideLikePaper(
    _ stage: Stage, _ report: inout PurificationReport, _ timings: inout PhaseTimings
  ) throws {
    let elixir = DataElixir(images: dataset, store: stage.store, rules: options.rules)
    let detection = elixir.detectTargets(stage.findings)
    report.classes = detection.classes
    report.targets = detection.targets
    report.warnings = RoundShare.warnings(report.rounds) + detection.warnings
    report.warnings.forEach(events.warning)
    let repair = DatasetRepair(
      images: dataset, store: stage.store, rules: options.rules, victim: stage.victim,
      trainer: stage.training)
    let purified = try PurifiedOutput(
      stage.output, force: stage.force, dataset: dataset, candidates: stage.store,
      findings: stage.findings)
    purified.startCopying(allBut: repair.revised(stage.findings, targets: report.targets))
    let outcome = try timings.measure("purified images and benign model") {
      try repair.run(
        findings: stage.findings, targets: report.targets, decided: purified.startWriting)
    }
    report.changes.suspicious = outcome.suspicious
    report.changes.agreed = outcome.agreed
    try purified.finish(
      outcome.revisions, victim: stage.network, benign: try stage.training.finishedBenignModel(),
      report: &report, timings: &timings)
  }
}

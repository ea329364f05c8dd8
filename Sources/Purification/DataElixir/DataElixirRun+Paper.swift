/// The paper's decisions, and those of its official code.
extension DataElixirRun {
  /// Stages 3 and 4 by fixed rules.
  func decideLikePaper(
    _ stage: Stage, _ findings: DataElixirFindings
  ) throws -> PurificationOutcome<DataElixirFindings> {
    var findings = findings
    let paper = PaperDecisions(images: dataset, store: stage.store, rules: options.rules)
    let detection = paper.detectTargets(stage.findings)
    findings.classes = detection.classes
    findings.targets = detection.targets
    findings.warnings = LabelRetention.warnings(findings.rounds) + detection.warnings
    for warning in findings.warnings { try run.warn(warning) }
    let repair = DatasetRepair(
      images: dataset, store: stage.store, rules: options.rules, victim: stage.victim,
      trainer: stage.training)
    try context.startCopying(
      allBut: repair.revised(stage.findings, targets: findings.targets))
    let outcome = try run.measure("purified images and benign model") {
      try repair.run(findings: stage.findings, targets: findings.targets)
    }
    findings.repair.suspicious = outcome.suspicious
    findings.repair.agreed = outcome.agreed
    return try self.outcome(
      outcome.revisions, candidates: stage.store, evidence: [:], stage, findings)
  }
}

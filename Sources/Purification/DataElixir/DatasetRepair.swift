import Datasets

/// Stage 4, purified dataset generation (DataElixir §3.5).
///
/// Samples of other labels, and benign ones of a target label, stay. A poisoned sample gets the
/// label its candidates agree on; a suspicious one the benign model's, which is trained on
/// everything else first, then goes on with the suspicious samples whose label it agrees on with
/// the candidates' vote. Their images are candidates by the 80 % rule.
package struct DatasetRepair {
  package var images: any LabelledImages
  package var store: CandidateStore
  package var rules: PaperDecisions.Rules
  package var victim: any LabelModel
  package var trainer: any BenignTrainer

  package init(
    images: any LabelledImages, store: CandidateStore, rules: PaperDecisions.Rules,
    victim: any LabelModel, trainer: any BenignTrainer
  ) {
    self.images = images
    self.store = store
    self.rules = rules
    self.victim = victim
    self.trainer = trainer
  }

  /// What happened to the suspicious samples.
  package struct Outcome: Sendable {
    /// By sample; the others stay as they are.
    package var revisions: [Int: Revision] = [:]
    /// Suspicious samples of a target label.
    package var suspicious = 0
    /// How many of them joined the second stage.
    package var agreed = 0
  }

  /// Samples that may get another label or image, in order; all others stay as they are.
  package func revised(_ findings: [AnomalyFilter.Finding], targets: [Int]) -> [Int] {
    findings.indices.filter {
      findings[$0].verdict.isAnomalous && targets.contains(images.label($0))
    }
  }

  /// - Parameters:
  ///   - findings: of all samples.
  ///   - targets: the labels that were found to be targets; if empty, nothing changes.
  package func run(
    findings: [AnomalyFilter.Finding], targets: [Int]
  ) throws -> Outcome {
    var outcome = Outcome()
    var suspicious: [Int] = []
    var distances: [Int: [Double]] = [:]
    for sample in revised(findings, targets: targets) {
      let finding = findings[sample]
      let measured = try candidateDistances(of: sample)
      distances[sample] = measured
      if finding.verdict == .suspicious {
        suspicious.append(sample)
      } else {
        let kept = rules.filter.kept(store.labels(of: sample), finding: finding)
        outcome.revisions[sample] = revision(finding.consensus, among: kept, distances: measured)
      }
    }
    outcome.suspicious = suspicious.count
    guard !suspicious.isEmpty else { return outcome }

    let first = try trainer.train(
      .first,
      on: RevisedImages(
        images, candidates: store, revisions: outcome.revisions, leavingOut: Set(suspicious)))
    let agreed = try predictions(of: first, about: suspicious).filter { sample, prediction in
      findings[sample].consensus == label(prediction)
    }
    var provisional = outcome.revisions
    for (sample, prediction) in agreed {
      provisional[sample] = revision(prediction, distances: distances[sample] ?? [])
    }
    outcome.agreed = agreed.count
    let waiting = Set(suspicious.filter { agreed[$0] == nil })
    let second = try trainer.train(
      .second,
      on: RevisedImages(images, candidates: store, revisions: provisional, leavingOut: waiting))
    for (sample, prediction) in try predictions(of: second, about: suspicious) {
      outcome.revisions[sample] = revision(prediction, distances: distances[sample] ?? [])
    }
    return outcome
  }

  private func label(_ prediction: BenignPrediction) -> Int {
    prediction.label(rules.suspiciousLabel, classes: images.classCount)
  }

  private func revision(_ prediction: BenignPrediction, distances: [Double]) -> Revision {
    let label = label(prediction)
    let choices = prediction.choices(for: label, compatibility: rules.compatibility)
    return revision(label, among: choices, distances: distances)
  }

  private func revision(_ label: Int, among choices: [Int], distances: [Double]) -> Revision {
    guard let place = ImageDistance.selection(choices.map { distances[$0] }) else {
      return Revision(label: label, candidate: nil, distance: nil)
    }
    let candidate = choices[place]
    return Revision(label: label, candidate: candidate, distance: distances[candidate])
  }

  /// Distance of each candidate from the original, with the victim's features.
  private func candidateDistances(of sample: Int) throws -> [Double] {
    let distance = ImageDistance(
      similarity: StructuralSimilarity(
        window: rules.compatibility == .dataElixir ? .volume : .planar(side: 3)))
    return try distance.distances(
      of: [store.images(of: sample)], from: [images.images([sample])], shape: images.shape,
      model: victim)[0]
  }

  private func predictions(
    of model: any LabelModel, about samples: [Int]
  ) throws -> [Int: BenignPrediction] {
    var found: [Int: BenignPrediction] = [:]
    for sample in samples {
      let bytes = try images.images([sample]) + store.images(of: sample)
      let labels = try model.labels(bytes, count: store.candidatesPerSample + 1)
      found[sample] = BenignPrediction(original: labels[0], candidates: Array(labels.dropFirst()))
    }
    return found
  }
}

import Foundation
import Purification
import TestSupport
import Testing

/// The hand-worked case through all four stages.
@Suite struct DataElixirTests {
  private let folder: TemporaryFolder
  private let store: CandidateStore
  private let rules = PaperDecisions.Rules(filter: AnomalyFilter(threshold: .count(2)))

  init() throws {
    folder = try TemporaryFolder()
    store = try folder.store()
    try ScriptedCase.construction(ScriptedCase.Denoiser()).run(into: store)
  }

  private func elixir(_ rules: PaperDecisions.Rules? = nil) -> PaperDecisions {
    PaperDecisions(images: ScriptedCase.Images(), store: store, rules: rules ?? self.rules)
  }

  private func repair(
    _ rules: PaperDecisions.Rules? = nil, targets: [Int] = [0]
  ) throws -> (outcome: DatasetRepair.Outcome, trainer: ScriptedCase.Trainer) {
    let trainer = ScriptedCase.Trainer()
    let repair = DatasetRepair(
      images: ScriptedCase.Images(), store: store, rules: rules ?? self.rules,
      victim: ScriptedCase.Classifier(pixel: 0), trainer: trainer)
    return (
      try repair.run(findings: elixir(rules).identifyAnomalies(), targets: targets), trainer
    )
  }

  @Test func stage1KeepsImagesOfAnomalousSamplesOnly() throws {
    #expect(store.completed == 12)
    #expect(store.labels(of: 3).candidates == [0, 0, 2, 2, 2, 2])
    #expect(store.labels(of: 3).original == 0)
    #expect((0..<12).filter { store.hasImages(of: $0) } == [2, 3, 4, 5, 7, 9, 10])
    #expect(try store.images(of: 4) == (0..<6).flatMap { ScriptedCase.candidate($0, of: 4) })
    #expect(try store.image(of: 9, candidate: 5) == ScriptedCase.candidate(5, of: 9))
  }

  @Test func stage2Verdicts() {
    let verdicts = elixir().identifyAnomalies().map(\.verdict.rawValue).joined()
    #expect(verdicts == "BBPSSSBSBSSB")
  }

  @Test func stage3FindsClass0() throws {
    let detection = elixir().detectTargets(elixir().identifyAnomalies())
    #expect(detection.targets == [0])
    // Class 0 pools 24 labels of samples 2 … 5, 0 + 2 + 3 + 4 of them 0; class 1 has 4 of 6,
    // class 2 4 + 3 of 12: scores ln 24/9, ln 6/4, ln 12/7. The median is class 2's.
    let scores = detection.classes.compactMap(\.score)
    #expect(scores == [-log(9.0 / 24), -log(4.0 / 6), -log(7.0 / 12)])
    #expect(detection.classes.map(\.anomalousSamples) == [4, 1, 2])
    let index = try #require(detection.classes[0].index)
    #expect(abs(index - (scores[0] - scores[2]) / (1.4826 * (scores[2] - scores[1]))) < 1e-9)
    #expect(index > 2.2 && index < 2.3)
  }

  @Test func stage3PoolsOriginalsInTheOfficialCode() {
    var rules = rules
    rules.compatibility = .dataElixir
    let detection = elixir(rules).detectTargets(elixir(rules).identifyAnomalies())
    #expect(detection.classes[0].score == -log(13.0 / 28))
  }

  @Test func stage4RevisesTheTargetsAnomalousSamples() throws {
    let (outcome, trainer) = try repair()
    #expect(Set(outcome.revisions.keys) == [2, 3, 4, 5])
    // P: 7 images with the original, place ⌊5.6⌋ is the fifth candidate.
    #expect(outcome.revisions[2]?.label == 1)
    #expect(outcome.revisions[2]?.candidate == 4)
    #expect(abs((outcome.revisions[2]?.distance ?? 0) - 0.25) < 0.005)
    // S: only candidates with the benign model's label: 5 images, place 4 is the last.
    #expect(outcome.revisions[3]?.label == 2)
    #expect(outcome.revisions[3]?.candidate == 5)
    #expect(abs((outcome.revisions[3]?.distance ?? 0) - 0.30) < 0.005)
    #expect(outcome.revisions[4]?.label == 1)
    #expect(outcome.revisions[4]?.candidate == 5)
    // A clean sample keeps its label.
    #expect(outcome.revisions[5]?.label == 0)
    #expect(outcome.revisions[5]?.candidate == 4)
    #expect(outcome.suspicious == 3)
    #expect(outcome.agreed == 2)
    #expect(trainer.stages == [.first, .second])
  }

  @Test func stage4TrainsOnWhatIsPurified() throws {
    let trainer = try repair().trainer
    // Stage 1 without 3, 4, 5; sample 2 has its new label and image.
    #expect(trainer.labels[0] == [0, 0, 1, 1, 1, 1, 2, 2, 2])
    #expect(Array(trainer.images[0][18..<27]) == ScriptedCase.candidate(4, of: 2))
    #expect(trainer.images[0][27..<36].elementsEqual(ScriptedCase.Images().images([6])))
    // Stage 2 without 4, where the vote (0, of a tie) and the model (1) differ.
    #expect(trainer.labels[1] == [0, 0, 1, 2, 0, 1, 1, 1, 2, 2, 2])
    #expect(Array(trainer.images[1][27..<36]) == ScriptedCase.candidate(5, of: 3))
  }

  @Test func labelsFromCandidates() throws {
    var rules = rules
    rules.suspiciousLabel = .candidates
    let outcome = try repair(rules).outcome
    #expect(outcome.revisions[3]?.label == 2)
    #expect(outcome.revisions[4]?.label == 1)
  }

  @Test func withoutTargetsNothingChanges() throws {
    let (outcome, trainer) = try repair(targets: [])
    #expect(outcome.revisions.isEmpty)
    #expect(trainer.stages.isEmpty)
  }

  @Test func withoutSuspiciousSamplesNothingIsTrained() throws {
    // With τ = 4 the transitions count as strays; of equally frequent labels the lower one counts.
    let rules = PaperDecisions.Rules(filter: AnomalyFilter(threshold: .count(4)))
    let folder = try TemporaryFolder()
    let store = try folder.store()
    try ScriptedCase.construction(ScriptedCase.Denoiser(), threshold: 4).run(into: store)
    let findings = PaperDecisions(images: ScriptedCase.Images(), store: store, rules: rules)
      .identifyAnomalies()
    #expect(findings.map(\.verdict.rawValue).joined() == "BBPPBBBBBBPB")
    let trainer = ScriptedCase.Trainer()
    let outcome = try DatasetRepair(
      images: ScriptedCase.Images(), store: store, rules: rules,
      victim: ScriptedCase.Classifier(pixel: 0), trainer: trainer
    ).run(findings: findings, targets: [0])
    #expect(Set(outcome.revisions.keys) == [2, 3])
    #expect(trainer.stages.isEmpty)
  }

  @Test func roundShares() {
    let shares = LabelRetention.all(
      of: store, labels: ScriptedCase.Images().labels, classes: 3, rounds: 3)
    #expect(shares.map(\.round) == [0, 1, 2, 3])
    #expect(shares[0].overall == 1)
    // Last candidates of round 1: samples 2 and 10 have left; of round 2: 2, 3, 4.
    #expect(shares[1].overall == 10.0 / 12)
    #expect(shares[1].medianClass == 5.0 / 6)
    #expect(shares[2].overall == 9.0 / 12)
    #expect(shares[2].medianClass == 1)
    #expect(shares[3].medianClass == 2.0 / 6)
    #expect(shares.map(\.isWeak) == [false, true, false, true])
  }
}

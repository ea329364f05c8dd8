import Attacks
import Datasets
import Detection
import Devices
import Evaluation
import Foundation
import Models
import Runs
import TestSupport
import Testing
import Training

@Suite struct ModelStoreTests {
  @Test func trainsOncePerDataAndPlan() throws {
    let folder = try TemporaryFolder()
    try Shapes(seed: 2).writeFolder(folder.path + "/a", training: 20, test: 20)
    try Shapes(seed: 3).writeFolder(folder.path + "/b", training: 20, test: 20)
    try FileManager.default.createDirectory(
      atPath: folder.path + "/models", withIntermediateDirectories: false)
    let backend = try Devices.make("cpu")
    let store = ModelStore(folder.path + "/models", on: backend)
    let run = Run()
    var trainings = 0
    run.handler = { if case .status(_, _, isLast: true) = $0 { trainings += 1 } }
    func labels(_ name: String, seed: UInt64) throws -> [Int32] {
      let images = try ImageDataset.open(folder.path + "/" + name)
      let plan = ClassifierPlan(
        .resNet20, width: 4, recipe: ClassifierRecipe(epochs: 1, batchSize: 10, seed: seed))
      return try store.classifier(by: plan, of: images, phase: "model", in: run)
        .network.predictions(for: images)
    }
    let first = try labels("a", seed: 0)
    #expect(try labels("a", seed: 0) == first && trainings == 1)
    _ = try labels("a", seed: 1)
    _ = try labels("b", seed: 0)
    #expect(trainings == 3)
    // Finished models alone, and no state of a training.
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/models")
    #expect(files.count == 3 && files.allSatisfy { !$0.contains("state") })
  }

  /// Detectors find the losses of a victim beside it; it is the same classifier.
  @Test func aVictimKeepsItsLosses() throws {
    let folder = try TemporaryFolder()
    try Shapes(seed: 2).writeFolder(folder.path + "/a", training: 20, test: 20)
    let images = try ImageDataset.open(folder.path + "/a")
    let plan = ClassifierPlan(
      .resNet20, width: 4, recipe: ClassifierRecipe(epochs: 2, batchSize: 10, seed: 1))
    let backend = try Devices.make("cpu")
    let store = ModelStore(folder.path, on: backend)
    let victim = try store.classifier(
      by: plan, of: images, recordsLosses: true, phase: "victim", in: Run())
    let evidence = VictimEvidence(
      of: images, VictimOptions(model: victim.file.path), backend: backend)
    #expect(try evidence.lossTrace(Run()).epochCount == 2)
    let silent = Run { event in
      if case .status = event { Issue.record("trained again") }
    }
    let again = try store.classifier(by: plan, of: images, phase: "model", in: silent)
    #expect(again.file == victim.file)
    #expect(try again.network.predictions(for: images) == victim.network.predictions(for: images))
    let plain = try plan.train(on: images, backend: backend).inferenceCopy()
    #expect(try plain.predictions(for: images) == victim.network.predictions(for: images))
  }

  @Test func figuresOfADatasetThatNobodyManipulated() throws {
    let folder = try TemporaryFolder()
    try Shapes(seed: 2).writeFolder(folder.path + "/a", training: 20, test: 20)
    let writer = try DatasetWriter(
      copying: try ImageDataset.open(folder.path + "/a"), to: folder.path + "/b")
    try writer.replace(3, label: 9)
    _ = try writer.finishLayout()
    try writer.commit()
    let job = try EvaluationJob(
      purified: folder.path + "/b", poisoned: folder.path + "/a", test: folder.path + "/a",
      clean: nil, isUnmanipulated: true, plan: ClassifierPlan())
    let metrics = ModelMetrics(accuracy: 0.5, attackSuccessRate: nil)
    let figures = try job.figures(before: metrics, after: metrics)
    #expect(figures.truePositiveRate == nil && figures.falsePositiveRate == 0.05)
    #expect(figures.labelAccuracy == 0.95)
    #expect(job.unlearned(metrics) == nil)
    #expect(
      job.unlearned(ModelMetrics(accuracy: 0.5, attackSuccessRate: 0.25))
        == "the attack was not learned: it succeeds on 25.0 % of images")
  }

  /// Who leaves labels alone is found only by being left out.
  @Test func figuresOfAnAttackThatKeepsLabels() throws {
    let folder = try TemporaryFolder()
    try Shapes(seed: 2).writeFolder(folder.path + "/a", training: 40, test: 20)
    let clean = try ImageDataset.open(folder.path + "/a")
    let plan = try SIG(target: 1, rate: 0.05, seed: 3).plan(for: clean, AttackContext())
    try plan.write(to: folder.path + "/p")
    let metrics = ModelMetrics(accuracy: 0.5, attackSuccessRate: 1)
    func figures(_ purified: String) throws -> SuiteFigures {
      try EvaluationJob(
        purified: folder.path + "/" + purified, poisoned: folder.path + "/p",
        test: folder.path + "/a", clean: nil, plan: ClassifierPlan()
      ).figures(before: metrics, after: metrics)
    }
    let same = try figures("a")
    #expect(same.truePositiveRate == nil && same.falsePositiveRate == nil)
    let relabeled = try DatasetWriter(
      copying: try ImageDataset.open(folder.path + "/p"), to: folder.path + "/r")
    try relabeled.replace(plan.samples[0], label: 9)
    _ = try relabeled.finishLayout()
    try relabeled.commit()
    let found = try figures("r")
    #expect(found.truePositiveRate == 0.5 && found.falsePositiveRate == 0)
  }
}

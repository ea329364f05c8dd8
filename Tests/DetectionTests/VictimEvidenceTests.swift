import ComputeBackend
import Datasets
import Detection
import Devices
import Foundation
import Models
import Runs
import TestSupport
import Testing
import Training

@Suite struct VictimEvidenceTests {
  private let folder: TemporaryFolder
  private let dataset: ImageDataset
  private let backend: any ComputeBackend

  init() throws {
    folder = try TemporaryFolder()
    try Shapes(seed: 5).writeFolder(folder.path + "/data", training: 40, test: 10)
    dataset = try ImageDataset.open(folder.path + "/data")
    backend = try Devices.make("cpu")
  }

  private var options: VictimOptions {
    VictimOptions(
      plan: ClassifierPlan(
        .resNet20, width: 4,
        recipe: ClassifierRecipe(
          epochs: 3, batchSize: 16, augmentation: Augmentation(cropPadding: 2), seed: 2)))
  }

  private func evidence(
    _ options: VictimOptions? = nil, batchSize: Int = 16, folder: RunFolder? = nil
  ) -> VictimEvidence {
    VictimEvidence(
      of: dataset, options ?? self.options, batchSize: batchSize, backend: backend,
      folder: { folder })
  }

  private func runFolder() throws -> RunFolder {
    try RunFolder(output: folder.path + "/list.txt", identity: [:], force: false)
  }

  /// The last stage of images of 32×32 pixels has 8×8 of them, whose means are the features.
  @Test func layersAreTappedByName() throws {
    let evidence = evidence()
    let run = Run()
    let stem = try evidence.activations(of: "stem", run)
    #expect(stem.count == 40 && stem.columns == 32 * 32 * 4)
    let last = try evidence.activations(of: nil, run)
    #expect(last.count == 40 && last.columns == 8 * 8 * 16)
    #expect(try evidence.activations(of: "layer3", run) == last)
    let features = try evidence.activations(of: "features", run)
    #expect(try features == evidence.features(run).loaded())
    let means = (0..<16).map { channel in
      stride(from: channel, to: last.columns, by: 16).reduce(0) {
        $0 + Double(last.row(9)[9 * last.columns + $1])
      }
        / 64
    }
    expectClose(Array(features.row(9)), means, .absolute(1e-5), "means")
    #expect(throws: DetectionError.self) { try evidence.activations(of: "layer4", run) }
  }

  /// What the parts say agrees: losses after the last epoch with the logits, these with the
  /// features.
  @Test func partsAgree() throws {
    let evidence = evidence()
    let run = Run()
    let trace = try evidence.lossTrace(run)
    #expect(trace.epochCount == 3 && trace.sampleCount == 40)
    let logits = try evidence.logits(run).loaded()
    #expect(logits.count == 40 && logits.columns == 10)
    let losses = dataset.labels.enumerated().map { sample, label in
      let row = logits.row(sample).map(Double.init)
      return log(row.reduce(0) { $0 + exp($1) }) - row[Int(label)]
    }
    expectClose(trace.values(epoch: 3), losses, .absolute(1e-4), "losses")
    #expect(trace.values(sample: 7) == (1...3).map { trace.values(epoch: $0)[7] })
    #expect(trace.values(epoch: 1) != trace.values(epoch: 2))
    let features = try evidence.features(run).loaded()
    #expect(features.count == 40 && features.columns == 16)
    let likelihoods = try evidence.normalizationLikelihoods(run)
    #expect(likelihoods.count == 40 && likelihoods.columns == 19)
    #expect(Set(likelihoods.values).count > 700)
    // Each part is made once.
    let silent = Run { _ in Issue.record("computed again") }
    #expect(try evidence.features(silent).loaded() == features)
    #expect(try evidence.logits(silent).loaded() == logits)
    #expect(try evidence.normalizationLikelihoods(silent) == likelihoods)
  }

  @Test func theBatchChangesNothing() throws {
    let (whole, parts) = (evidence(batchSize: 40), evidence(batchSize: 7))
    #expect(try whole.features(Run()).loaded() == parts.features(Run()).loaded())
    #expect(try whole.lossTrace(Run()) == parts.lossTrace(Run()))
  }

  /// The hook does not change the training.
  @Test func theVictimIsTheOneOfItsPlan() throws {
    let plain = try options.plan.train(on: dataset, backend: backend)
    let victim = try evidence().victim(Run())
    for (a, b) in zip(plain.parameters.parameters, victim.parameters.parameters) {
      #expect(try a.exported() == b.exported(), "\(a.name)")
    }
  }

  /// A killed detection goes on, and a finished victim with its losses is found again.
  @Test func goesOnInItsFolder() throws {
    struct Killed: Error {}
    let whole = evidence()
    let kept = try runFolder()
    var told = 0
    #expect(throws: Killed.self) {
      try evidence(folder: kept).lossTrace(
        Run { _ in
          told += 1
          throw Killed()
        })
    }
    #expect(told == 1)
    let resumed = evidence(folder: kept)
    #expect(try resumed.lossTrace(Run()) == whole.lossTrace(Run()))
    #expect(try resumed.features(Run()).loaded() == whole.features(Run()).loaded())
    #expect(kept.contains("victim.safetensors") && !kept.contains("victim-state.safetensors"))
    let again = evidence(folder: kept)
    let silent = Run { event in
      if case .status = event { Issue.record("trained again") }
    }
    #expect(try again.lossTrace(silent) == whole.lossTrace(Run()))
    #expect(try again.features(Run()).loaded() == whole.features(Run()).loaded())
  }

  @Test func lossesLieBesideAVictimThatADetectorTrained() throws {
    let kept = try runFolder()
    let losses = try evidence(folder: kept).lossTrace(Run())
    let given = evidence(VictimOptions(model: kept.file("victim.safetensors").path))
    let silent = Run { event in
      if case .status = event { Issue.record("trained again") }
    }
    #expect(try given.lossTrace(silent) == losses)
    let file = kept.file("victim-losses.safetensors")
    try FileManager.default.removeItem(at: file)
    #expect(throws: DetectionError.self) {
      try evidence(VictimOptions(model: kept.file("victim.safetensors").path)).lossTrace(silent)
    }
  }

  @Test func aGivenVictimHasNoLosses() throws {
    let file = folder.url.appendingPathComponent("model.safetensors")
    let trained = evidence()
    try ClassifierFile.save(try trained.victim(Run()), to: file)
    let given = evidence(VictimOptions(model: file.path))
    #expect(try given.features(Run()).loaded() == trained.features(Run()).loaded())
    #expect(throws: DetectionError.self) { try given.lossTrace(Run()) }
    let other = ClassifierFile.random(
      ClassifierConfiguration(.resNet20, classes: 3, width: 4), seed: 1, on: backend)
    try ClassifierFile.save(other, to: file)
    #expect(throws: DetectionError.self) {
      try evidence(VictimOptions(model: file.path)).victim(Run())
    }
  }
}

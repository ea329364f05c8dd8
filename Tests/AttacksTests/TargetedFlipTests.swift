import Attacks
import Datasets
import TestSupport
import Testing

@Suite struct TargetedFlipTests {
  private func source(_ folder: TemporaryFolder) throws -> ImageDataset {
    try Shapes(seed: 8).writeFolder(folder.path + "/clean", training: 60, test: 10)
    return try ImageDataset.open(folder.path + "/clean")
  }

  /// The rate is of the six images of the source class: 0.5 makes three.
  @Test func aShareOfTheSourceGetsTheTarget() throws {
    let folder = try TemporaryFolder()
    let clean = try source(folder)
    let attack = TargetedFlip(source: 3, target: 5, rate: 0.5, seed: 4)
    let output = folder.path + "/poisoned"
    try attack.plan(for: clean, AttackContext()).write(to: output)
    let manifest = try PoisonManifest.load(output)
    #expect(manifest.attack as? TargetedFlip == attack && manifest.samples.count == 3)
    let poisoned = try ImageDataset.open(output)
    for sample in manifest.samples {
      #expect(sample.originalLabel == 3 && sample.label == 5)
      #expect(clean.labels[sample.index] == 3 && poisoned.labels[sample.index] == 5)
    }
    #expect(zip(clean.labels, poisoned.labels).count { $0 != $1 } == 3)
    #expect(try poisoned.images(Array(0..<60)) == clean.images(Array(0..<60)))
    guard case .labels(let labels) = try manifest.attack.goal(in: output, shape: clean.shape)
    else {
      Issue.record("another goal")
      return
    }
    #expect(labels == .oneToOne(source: 3, target: 5))
  }

  @Test func refusesWhatCannotBe() throws {
    let folder = try TemporaryFolder()
    let clean = try source(folder)
    func plan(_ attack: TargetedFlip) throws { _ = try attack.plan(for: clean, AttackContext()) }
    #expect(
      throws: ParameterError("source", 3, "this is the target; choose another class")
    ) { try plan(TargetedFlip(source: 3, target: 3)) }
    #expect(
      throws: ParameterError(
        "rate", 0.05, "this asks for 0 of 6 eligible samples; choose another share")
    ) { try plan(TargetedFlip(source: 3, target: 5, rate: 0.05)) }
    #expect(throws: ParameterError.self) { try plan(TargetedFlip(source: 10, target: 5)) }
  }
}

import Attacks
import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite struct PoisonPlanTests {
  /// 40 shapes as a CIFAR-10 folder.
  private func source(_ folder: TemporaryFolder) throws -> ImageDataset {
    try Shapes(seed: 8).writeFolder(folder.path + "/clean", training: 40, test: 10)
    return try ImageDataset.open(folder.path + "/clean")
  }

  private func badNets(target: Int32 = 0, rate: Double = 0.1, seed: UInt64 = 3) -> BadNets {
    BadNets(
      labels: .allToOne(target: target), selection: PoisonSelection(rate: rate, seed: seed))
  }

  private func plan(_ attack: any Attack, _ dataset: ImageDataset) throws -> PoisonPlan {
    try attack.plan(for: dataset, AttackContext())
  }

  /// The trigger of a poisoned folder, and the labels it stands for.
  private func trigger(
    _ output: String, _ shape: ImageShape
  ) throws -> (trigger: Trigger, labels: LabelMapping) {
    let goal = try PoisonManifest.load(output).attack.goal(in: output, shape: shape)
    guard case .trigger(let trigger, let labels) = goal else {
      throw AttackError.manifest(path: output, reason: "no trigger")
    }
    return (trigger, labels)
  }

  @Test func writesThePoisonedCopyAndItsGroundTruth() throws {
    let folder = try TemporaryFolder()
    let clean = try source(folder)
    let output = folder.path + "/poisoned"
    let written = try plan(badNets(), clean).write(to: output)
    let manifest = try PoisonManifest.load(output)
    #expect(manifest.samples == written.samples && manifest.count == 40)
    #expect(manifest.attack is BadNets && manifest.version == 3)
    #expect(manifest.samples.count == 4)
    let poisoned = try ImageDataset.open(output)
    let (trigger, labels) = try trigger(output, poisoned.shape)
    #expect(trigger.pattern == Trigger.whiteSquare(clean.shape).pattern)
    #expect(labels == .allToOne(target: 0))
    for index in 0..<40 {
      let before = try clean.images([index])
      if let sample = manifest.samples.first(where: { $0.index == index }) {
        #expect(sample.originalLabel == clean.labels[index] && sample.originalLabel != 0)
        #expect(sample.label == 0 && poisoned.labels[index] == 0)
        #expect(sample.name == poisoned.name(of: index))
        #expect(try poisoned.images([index]) == trigger.applied(to: before))
      } else {
        #expect(poisoned.labels[index] == clean.labels[index])
        #expect(try poisoned.images([index]) == before)
      }
    }
    let added = Set(try folder.entries("poisoned")).subtracting(try folder.entries("clean"))
    #expect(added.subtracting([".elixir-gpu"]).allSatisfy { AddedFiles.contain(FileName($0)) })
    let preview = try PNG.read(output + "/poison-preview.png")
    #expect(preview.shape.channels == 3)
  }

  @Test func repeatsFromItsSeed() throws {
    let folder = try TemporaryFolder()
    let clean = try source(folder)
    for (name, seed) in [("a", 3), ("b", 3), ("c", 4)] as [(String, UInt64)] {
      try plan(badNets(seed: seed), clean).write(to: folder.path + "/" + name)
    }
    let files = ["data_batch_1.bin", GroundTruth.poisonFile, "trigger.png", "poison-preview.png"]
    for file in files { #expect(try folder.read("a/" + file) == folder.read("b/" + file)) }
    #expect(try folder.read("a/" + files[0]) != folder.read("c/" + files[0]))
  }

  /// A name that is not UTF-8 is sorted by its bytes, not by the text that stands for it.
  @Test func placesFollowTheBytesOfNames() throws {
    let folder = try TemporaryFolder()
    let root = FileName(folder.path + "/clean")
    let files = [FileName(bytes: [0xE9] + ".png".utf8), FileName("\u{E9}.png"), FileName("z.png")]
    for (index, file) in ([FileName("a.png")] + files).enumerated() {
      let path = root / FileName(index == 0 ? "a" : "b") / file
      try Directory.make(path.parent)
      try RandomAccessFile.write(try PNG.encode(Shapes(seed: 8).image(index)), to: path)
    }
    let clean = try ImageDataset.open(folder.path + "/clean")
    let attack = BadNets(
      labels: .allToOne(target: 0), selection: PoisonSelection(rate: 0.75, seed: 3))
    let manifest = try plan(attack, clean).write(to: folder.path + "/poisoned")
    let poisoned = try ImageDataset.open(
      folder.path + "/poisoned", classNames: clean.classNames)
    #expect(manifest.samples.count == 3)
    for sample in manifest.samples { #expect(poisoned.name(of: sample.index) == sample.name) }
  }

  /// In an image folder a poisoned sample moves to the target's class, and so changes its place.
  @Test func namesTheNewPlacesInAnImageFolder() throws {
    let folder = try TemporaryFolder()
    let shapes = Shapes(seed: 2)
    for index in 0..<20 {
      let name = "in/\(["a", "b", "c"][index % 3])/\(index % 4).\(index).png"
      try folder.write([], to: name)
      try PNG.write(shapes.image(index), to: folder.path + "/" + name)
    }
    let clean = try ImageDataset.open(folder.path + "/in")
    let attack = Blended(labels: .allToAll, selection: PoisonSelection(rate: 0.3, seed: 5))
    let manifest = try plan(attack, clean).write(to: folder.path + "/out")
    #expect(manifest.samples.count == 6)
    let poisoned = try ImageDataset.open(folder.path + "/out")
    let trigger = try trigger(folder.path + "/out", poisoned.shape).trigger
    for sample in manifest.samples {
      #expect(poisoned.name(of: sample.index) == sample.name)
      #expect(poisoned.labels[sample.index] == sample.label)
      #expect(sample.label == (sample.originalLabel + 1) % 3)
      let original = try PNG.read(folder.path + "/in/" + sample.sourceName)
      #expect(try poisoned.images([sample.index]) == trigger.applied(to: original.pixels))
    }
  }

  @Test func sigChangesTheTargetClassAndNoLabel() throws {
    let folder = try TemporaryFolder()
    let clean = try source(folder)
    let output = folder.path + "/sig"
    try plan(SIG(frequency: 5, target: 2, rate: 0.05, seed: 3), clean).write(to: output)
    let manifest = try PoisonManifest.load(output)
    #expect(manifest.attack is SIG && manifest.samples.count == 2)
    let poisoned = try ImageDataset.open(output)
    #expect(poisoned.labels == clean.labels)
    let wave = SIG(frequency: 5, target: 2, rate: 0.05).makeTrigger(for: clean.shape)
    #expect(try trigger(output, clean.shape).trigger.pattern == wave.pattern)
    for sample in manifest.samples {
      #expect(sample.originalLabel == 2 && sample.label == 2)
      #expect(
        try poisoned.images([sample.index])
          == wave.applied(to: clean.images([sample.index])))
    }
  }

  @Test func theGroundTruthStaysBehindWhenTheDatasetIsCopied() throws {
    let folder = try TemporaryFolder()
    try plan(badNets(), try source(folder)).write(to: folder.path + "/poisoned")
    let poisoned = try ImageDataset.open(folder.path + "/poisoned")
    try DatasetWriter(copying: poisoned, to: folder.path + "/copy").commit()
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/copy")
    #expect(!names.contains(GroundTruth.poisonFile))
    #expect(!names.contains("trigger.png"))
  }

  @Test func failuresWriteNothing() throws {
    let folder = try TemporaryFolder()
    let clean = try source(folder)
    let outside = ParameterError(
      "target", 10, "the dataset has the classes 0 to 9; choose one of them")
    #expect(throws: outside) { try plan(badNets(target: 10), clean) }
    #expect(throws: ParameterError.self) { try plan(badNets(target: 1, rate: 1), clean) }
    #expect(throws: ParameterError.self) {
      try plan(SIG(amplitude: 0, target: 1, rate: 0.1), clean)
    }
    #expect(throws: ParameterError.self) {
      try plan(
        Blended(alpha: 1.5, labels: .allToAll, selection: PoisonSelection(rate: 0.1)), clean)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["clean"])
  }
}

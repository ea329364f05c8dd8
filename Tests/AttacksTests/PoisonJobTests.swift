import Attacks
import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite struct PoisonJobTests {
  /// 40 shapes as a CIFAR-10 folder.
  private func source(_ folder: TemporaryFolder) throws -> ImageDataset {
    try Shapes(seed: 8).writeFolder(folder.path + "/clean", training: 40, test: 10)
    return try ImageDataset.open(folder.path + "/clean")
  }

  private func job(_ dataset: ImageDataset, seed: UInt64 = 3) throws -> PoisonJob {
    try PoisonJob(
      dataset: dataset, trigger: .whiteSquare(dataset.shape), mapping: .allToOne(target: 0),
      selection: PoisonSelection(rate: 0.1, seed: seed))
  }

  @Test func writesThePoisonedCopyAndItsGroundTruth() throws {
    let folder = try TemporaryFolder()
    let clean = try source(folder)
    let output = folder.path + "/poisoned"
    let written = try job(clean).run(output: output)
    let manifest = try PoisonManifest.load(output)
    #expect(manifest == written)
    #expect(manifest.samples.count == 4)
    let poisoned = try ImageDataset.open(output)
    let trigger = try manifest.trigger(in: output, shape: poisoned.shape)
    #expect(trigger == .whiteSquare(clean.shape))
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
    let preview = try PNG.read(output + "/poison-preview.png")
    #expect(preview.shape.channels == 3)
  }

  @Test func repeatsFromItsSeed() throws {
    let folder = try TemporaryFolder()
    let clean = try source(folder)
    for (name, seed) in [("a", 3), ("b", 3), ("c", 4)] as [(String, UInt64)] {
      try job(clean, seed: seed).run(output: folder.path + "/" + name)
    }
    let files = ["data_batch_1.bin", PoisonManifest.fileName, "trigger.png", "poison-preview.png"]
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
    let manifest = try PoisonJob(
      dataset: clean, trigger: .whiteSquare(clean.shape), mapping: .allToOne(target: 0),
      selection: PoisonSelection(rate: 0.75, seed: 3)
    ).run(output: folder.path + "/poisoned")
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
    let job = try PoisonJob(
      dataset: clean, trigger: .blendedNoise(clean.shape, alpha: 0.2, seed: 1),
      mapping: .allToAll, selection: PoisonSelection(rate: 0.3, seed: 5))
    let manifest = try job.run(output: folder.path + "/out")
    #expect(manifest.samples.count == 6)
    let poisoned = try ImageDataset.open(folder.path + "/out")
    let trigger = try manifest.trigger(in: folder.path + "/out", shape: poisoned.shape)
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
    let job = try PoisonJob(
      dataset: clean, trigger: .sinusoid(clean.shape), mapping: .allToOne(target: 2),
      selection: PoisonSelection(rate: 0.05, from: .target, seed: 3))
    let written = try job.run(output: folder.path + "/sig")
    let manifest = try PoisonManifest.load(folder.path + "/sig")
    #expect(manifest == written)
    #expect(manifest.attack == .sinusoid && manifest.samples.count == 2)
    let poisoned = try ImageDataset.open(folder.path + "/sig")
    #expect(poisoned.labels == clean.labels)
    #expect(
      try manifest.goal(in: folder.path + "/sig", shape: clean.shape)
        == .trigger(.sinusoid(clean.shape), .allToOne(target: 2)))
    for sample in manifest.samples {
      #expect(sample.originalLabel == 2 && sample.label == 2)
      #expect(
        try poisoned.images([sample.index])
          == Trigger.sinusoid(clean.shape).applied(to: clean.images([sample.index])))
    }
  }

  @Test func theGroundTruthStaysBehindWhenTheDatasetIsCopied() throws {
    let folder = try TemporaryFolder()
    try job(try source(folder)).run(output: folder.path + "/poisoned")
    let poisoned = try ImageDataset.open(folder.path + "/poisoned")
    try DatasetWriter(copying: poisoned, to: folder.path + "/copy").commit()
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/copy")
    #expect(!names.contains(PoisonManifest.fileName))
    #expect(!names.contains("trigger.png"))
  }

  @Test func failuresWriteNothing() throws {
    let folder = try TemporaryFolder()
    let clean = try source(folder)
    #expect(throws: AttackError.targetOutOfRange(target: 10, classCount: 10)) {
      try PoisonJob(
        dataset: clean, trigger: .whiteSquare(clean.shape), mapping: .allToOne(target: 10),
        selection: PoisonSelection(rate: 0.1, seed: 0))
    }
    let impossible = try PoisonJob(
      dataset: clean, trigger: .whiteSquare(clean.shape), mapping: .allToOne(target: 1),
      selection: PoisonSelection(rate: 1, seed: 0))
    #expect(throws: AttackError.self) { try impossible.run(output: folder.path + "/out") }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["clean"])
  }
}

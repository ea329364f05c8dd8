import Attacks
import Datasets
import Support
import TestSupport
import Testing

@Suite struct RandomFlipTests {
  private func source(_ folder: TemporaryFolder, count: Int) throws -> ImageDataset {
    try Shapes(seed: 8).writeFolder(folder.path + "/clean", training: count, test: 10)
    return try ImageDataset.open(folder.path + "/clean")
  }

  @Test func everyOtherLabelIsAsLikely() throws {
    let folder = try TemporaryFolder()
    let clean = try source(folder, count: 450)
    let plan = try RandomFlip(selection: PoisonSelection(rate: 1, seed: 3))
      .plan(for: clean, AttackContext())
    #expect(plan.samples == Array(0..<450))
    // (new − old) mod 10 is uniform on 1 to 9: 50 each, with a standard deviation of 6.7.
    var counts = [Int](repeating: 0, count: 10)
    for sample in plan.samples {
      counts[Int(plan.label(sample) - clean.labels[sample] + 10) % 10] += 1
    }
    #expect(counts[0] == 0)
    #expect(counts.dropFirst().allSatisfy { (25...75).contains($0) }, "\(counts)")
  }

  @Test func labelsChangeAndImagesStay() throws {
    let folder = try TemporaryFolder()
    let clean = try source(folder, count: 40)
    let attack = RandomFlip(selection: PoisonSelection(rate: 0.2, seed: 3))
    for name in ["a", "b"] {
      try attack.plan(for: clean, AttackContext()).write(to: folder.path + "/" + name)
    }
    let manifest = try PoisonManifest.load(folder.path + "/a")
    #expect(manifest.attack as? RandomFlip == attack && manifest.samples.count == 8)
    let poisoned = try ImageDataset.open(folder.path + "/a")
    #expect(try poisoned.images(Array(0..<40)) == clean.images(Array(0..<40)))
    let changed = (0..<40).filter { poisoned.labels[$0] != clean.labels[$0] }
    #expect(changed == manifest.samples.map(\.index))
    for sample in manifest.samples {
      #expect(sample.originalLabel == clean.labels[sample.index])
      #expect(sample.label == poisoned.labels[sample.index])
    }
    #expect(
      try folder.entries("a") == [
        ".elixir-gpu", "batches.meta.txt", "data_batch_1.bin", "poison-manifest.json",
        "poison-preview.png", "test_batch.bin",
      ])
    for file in ["data_batch_1.bin", GroundTruth.poisonFile] {
      #expect(try folder.read("a/" + file) == folder.read("b/" + file))
    }
    guard case .inaccuracy = try manifest.attack.goal(in: folder.path, shape: clean.shape) else {
      Issue.record("another goal")
      return
    }
  }

  /// In class folders a flip moves the file, whose bytes stay.
  @Test func filesOfImageFoldersKeepTheirBytes() throws {
    let folder = try TemporaryFolder()
    for index in 0..<20 {
      let name = "in/\(["a", "b", "c"][index % 3])/\(index).png"
      try folder.write([], to: name)
      try PNG.write(Shapes(seed: 2).image(index), to: folder.path + "/" + name)
    }
    let clean = try ImageDataset.open(folder.path + "/in")
    let attack = RandomFlip(selection: PoisonSelection(rate: 0.3, isPerClass: true, seed: 5))
    let manifest = try attack.plan(for: clean, AttackContext()).write(to: folder.path + "/out")
    // Of 7, 7 and 6 images 30 % are 2 each.
    #expect(
      (0..<3).map { label in manifest.samples.count { $0.originalLabel == label } } == [2, 2, 2])
    let poisoned = try ImageDataset.open(folder.path + "/out")
    for sample in manifest.samples {
      #expect(poisoned.labels[sample.index] == sample.label)
      #expect(try folder.read("out/" + sample.name) == folder.read("in/" + sample.sourceName))
    }
  }

  @Test func oneClassHasNoOtherLabel() throws {
    let folder = try TemporaryFolder()
    for index in 0..<3 {
      try folder.write([], to: "in/a/\(index).png")
      try PNG.write(Shapes(seed: 2).image(index), to: folder.path + "/in/a/\(index).png")
    }
    let clean = try ImageDataset.open(folder.path + "/in")
    #expect(throws: DatasetError.self) {
      try RandomFlip(selection: PoisonSelection(rate: 0.5)).plan(for: clean, AttackContext())
    }
  }
}

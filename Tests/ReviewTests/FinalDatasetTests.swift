import Datasets
import Devices
import Foundation
import Purification
import Review
import RunStores
import Support
import TestSupport
import Testing

/// The dataset that a person's decisions make of a purified one.
@Suite struct FinalDatasetTests {
  private let folder: TemporaryFolder
  private let original: ImageDataset
  private let purified: ImageDataset

  /// 12 gray images of 4 × 4 pixels in three classes, all of them noisy in the output.
  init() throws {
    folder = try TemporaryFolder()
    func word(_ value: Int) -> [UInt8] { [0, 0, 0, UInt8(value)] }
    try folder.write(
      [0, 0, 8, 3] + word(12) + word(4) + word(4) + (0..<192).map { UInt8($0) },
      to: "data/a-images-idx3-ubyte")
    try folder.write(
      [0, 0, 8, 1] + word(12) + (0..<12).map { UInt8($0 % 3) }, to: "data/a-labels-idx1-ubyte")
    original = try ImageDataset.open(folder.path + "/data")
    var job = PurificationJob(
      dataset: original, purifier: RandomNoise(deviation: 20, seed: 1), on: try Devices.make("cpu"))
    job.recorder = {
      try RunStore($0, .run(RunOrigin(commandLine: "test", version: "1")))
    }
    _ = try job.run(output: folder.path + "/out")
    purified = try ImageDataset.open(folder.path + "/out")
  }

  private func decide(_ decisions: [(Decision, [Int])]) throws {
    let store = try RunStore(of: folder.path + "/out", .review)
    for (decision, samples) in decisions { try store.decide(decision, samples: samples) }
    try store.close()
  }

  private func final() throws -> (counts: FinalDataset.Counts, dataset: ImageDataset) {
    let counts = try FinalDataset(
      folder: folder.path + "/out", original: original, purified: purified
    ).write(to: folder.path + "/final")
    return (counts, try ImageDataset.open(folder.path + "/final"))
  }

  @Test func withoutDecisionsItIsThePurifiedOne() throws {
    let (counts, _) = try final()
    #expect(counts == FinalDataset.Counts())
    for name in ["a-images-idx3-ubyte", "a-labels-idx1-ubyte"] {
      #expect(try folder.read("final/" + name) == folder.read("out/" + name))
    }
  }

  @Test func decisionsChangeWhatTheyAreAboutAlone() throws {
    // The last decision about a sample stands: 4 is accepted after all, 9 is taken back.
    try decide([
      (.accept, [0]), (.reject, [1, 4]), (.relabel(2), [3, 5]), (.accept, [4]), (.reject, [9]),
    ])
    let store = try RunStore(of: folder.path + "/out", .review)
    #expect(try store.undo() == [9])
    try store.close()
    let (counts, dataset) = try final()
    #expect(counts.accepted == 2 && counts.rejected == 1 && counts.relabeled == 2)
    let kept = (0..<12).filter { $0 != 1 }
    #expect(dataset.count == 11)
    for (place, sample) in kept.enumerated() {
      let isRelabeled = sample == 3 || sample == 5
      #expect(try dataset.images([place]) == (isRelabeled ? original : purified).images([sample]))
      #expect(dataset.labels[place] == (isRelabeled ? 2 : Int32(sample % 3)))
    }
    #expect(try original.images([3]) != purified.images([3]))
    let table = try CSVFile.read(folder.path + "/final/decisions.csv")
    #expect(
      table.map { $0[1] } == ["decision", "accept", "reject", "relabel", "accept", "relabel"])
    #expect(table[3][2] == "2")
  }

  @Test func anotherDatasetIsRefused() throws {
    let bytes = try folder.read("data/a-labels-idx1-ubyte")
    try folder.write(bytes.dropLast() + [0], to: "other/a-labels-idx1-ubyte")
    try folder.write(
      try folder.read("data/a-images-idx3-ubyte"), to: "other/a-images-idx3-ubyte")
    let other = try ImageDataset.open(folder.path + "/other")
    #expect(throws: ReviewError.otherDataset(path: other.path, purified: original.path)) {
      try FinalDataset(
        folder: folder.path + "/out", original: other, purified: purified
      ).write(to: folder.path + "/final")
    }
  }
}

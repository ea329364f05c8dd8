import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite(.requiresContainerFixtures) struct BackdoorBenchTests {
  private let path = ContainerFixtures.path("backdoorbench") + "/record/badnet_0_1"

  private func samples(_ part: String) throws -> [ContainerFixtures.Sample] {
    try ContainerFixtures.samples(try ContainerFixtures.expected("backdoorbench")[part])
  }

  private func expectEqual(
    _ dataset: ImageDataset, _ samples: [ContainerFixtures.Sample]
  ) throws {
    try #require(dataset.count == samples.count)
    for (index, sample) in samples.enumerated() {
      #expect(dataset.name(of: index) == sample.key)
      #expect(dataset.labels[index] == sample.label)
      #expect(SHA256.hexDigest(try dataset.images([index])) == sample.sha256)
    }
  }

  /// As BackdoorBench's own loader reads it; the clean dataset is found where the record says.
  @Test func readsWhatBackdoorBenchReads() throws {
    let dataset = try ImageDataset.open(path)
    #expect(
      dataset.classNames
        == (try ContainerFixtures.expected("backdoorbench"))["classes"] as? [String])
    try expectEqual(dataset, try samples("bd_train"))
    try expectEqual(try ImageDataset.open(path, split: .test), try samples("bd_test"))
  }

  @Test func needsTheCleanDatasetAndTheLabels() throws {
    let folder = try TemporaryFolder()
    for (name, bytes) in try filesBelow(path) where name.kind == "png" {
      try folder.write(bytes, to: "record/" + name.description)
    }
    let record = folder.path + "/record"
    func message(_ options: DatasetOptions) throws -> String {
      let error = #expect(throws: FileError.self) {
        try ImageDataset.open(record, options: options)
      }
      return "\(try #require(error))"
    }
    var options = DatasetOptions()
    #expect(try message(options).contains("does not say which labels"))
    options.attackTarget = 0
    #expect(try message(options).contains("name the clean dataset, too"))
    options.cleanDataset = ContainerFixtures.path("backdoorbench") + "/data/cifar10"
    try expectEqual(
      try ImageDataset.open(record, options: options), try samples("bd_train"))
    options.cleanDataset =
      ContainerFixtures.path("backdoorbench") + "/data/cifar10/cifar-10-batches-py/data_batch_1"
    #expect(try message(options).contains("but the clean dataset has"))
  }

  @Test func writesClassFolders() throws {
    let folder = try TemporaryFolder()
    let dataset = try ImageDataset.open(path)
    let samples = try samples("bd_train")
    let poisoned = try #require(samples.firstIndex { $0.key == "4" })
    let writer = try DatasetWriter(copying: dataset, to: folder.path + "/out")
    let image = [UInt8](repeating: 60, count: 3072)
    try writer.replace(0, image: image, label: 3)
    try writer.remove([1])
    let names = try writer.finishLayout()
    try writer.commit()
    #expect(names[0] == "cat/0.png" && names[1] == "")
    #expect(names[poisoned] == "airplane/4.png")
    #expect(
      try folder.read("out/airplane/4.png")
        == RandomAccessFile.contents(path + "/bd_train_dataset/4/4.png"))
    let result = try ImageDataset.open(folder.path + "/out", classNames: dataset.classNames)
    #expect(result.count == dataset.count - 1)
    for index in 0..<result.count {
      let name = result.name(of: index)
      let source = try #require(names.firstIndex(of: name))
      #expect(result.labels[index] == (source == 0 ? 3 : dataset.labels[source]))
      #expect(try result.images([index]) == (source == 0 ? image : dataset.images([source])))
    }
  }
}

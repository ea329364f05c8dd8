import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite(.requiresContainerFixtures) struct BackdoorToolboxTests {
  private let path =
    ContainerFixtures.path("backdoor-toolbox")
    + "/poisoned_train_set/cifar10/badnet_0.200_poison_seed=0"
  private let old = ContainerFixtures.path("backdoor-toolbox") + "/old-version"

  @Test func readsWhatPyTorchReads() throws {
    let expected = try ContainerFixtures.expected("backdoor-toolbox")
    let samples = try ContainerFixtures.samples(expected["samples"])
    let dataset = try ImageDataset.open(path)
    try #require(dataset.count == samples.count)
    for (index, sample) in samples.enumerated() {
      #expect(dataset.labels[index] == sample.label)
      #expect(SHA256.hexDigest(try dataset.images([index])) == sample.sha256)
    }
    let files = try ImageDataset.open(old)
    let digests = try (0..<files.count).map { SHA256.hexDigest(try files.images([$0])) }
    #expect(digests == expected["old_version"] as? [String])
    #expect(files.labels == Array(dataset.labels.prefix(files.count)))
    #expect(files.name(of: 2) == "data/2.png")
  }

  @Test func writesTensorsBack() throws {
    let folder = try TemporaryFolder()
    let dataset = try ImageDataset.open(path)
    try DatasetWriter(copying: dataset, to: folder.path + "/same").commit()
    #expect(try filesBelow(folder.path + "/same") == filesBelow(path))
    let writer = try DatasetWriter(copying: dataset, to: folder.path + "/new")
    let image = [UInt8](repeating: 51, count: 3072)
    try writer.replace(1, image: image, label: 2)
    try writer.remove([0, 9])
    try writer.commit()
    let result = try ImageDataset.open(folder.path + "/new")
    #expect(result.labels == [2] + dataset.labels[2..<9])
    #expect(try result.images([0]) == image)
    #expect(try result.images(1..<8) == dataset.images(2..<9))
    #expect(try !folder.entries("new").contains("poison_indices"))
  }

  @Test func filesOfOlderVersionsCloseUp() throws {
    let folder = try TemporaryFolder()
    let dataset = try ImageDataset.open(old)
    let writer = try DatasetWriter(copying: dataset, to: folder.path + "/new")
    try writer.copy([3])
    try writer.replace(2, label: 1)
    try writer.remove([0])
    #expect(try writer.finishLayout() == ["", "data/0.png", "data/1.png", "data/2.png"])
    try writer.commit()
    let result = try ImageDataset.open(folder.path + "/new")
    #expect(result.labels == [dataset.labels[1], 1, dataset.labels[3]])
    #expect(try folder.read("new/data/2.png") == RandomAccessFile.contents(old + "/data/3.png"))
  }
}

import Datasets
import Foundation
import Pickles
import Support
import TestSupport
import Testing

@Suite(.requiresContainerFixtures) struct CIFARPickleFormatTests {
  private let ten = ContainerFixtures.path("cifar10-python")
  private let hundred = ContainerFixtures.path("cifar100-python/cifar-100-python")

  /// As torchvision reads them, one batch in Fortran order among them.
  @Test(arguments: [
    ("cifar10-python", "train"), ("cifar10-python", "test"),
    ("cifar100-python", "train"), ("cifar100-python", "test"),
  ])
  func readsWhatTorchvisionReads(fixture: String, part: String) throws {
    let expected = try ContainerFixtures.expected(fixture)
    let samples = try ContainerFixtures.samples(expected[part])
    let dataset = try ImageDataset.open(
      ContainerFixtures.path(fixture), split: part == "train" ? .training : .test)
    #expect(dataset.classNames == expected["classes"] as? [String])
    try #require(dataset.count == samples.count)
    for (index, sample) in samples.enumerated() {
      #expect(dataset.name(of: index) == sample.key)
      #expect(dataset.labels[index] == sample.label)
      #expect(SHA256.hexDigest(try dataset.images([index])) == sample.sha256)
    }
  }

  @Test func readsAndChangesWhatPythonThreeSaved() throws {
    let expected = try ContainerFixtures.expected("cifar10-python-resaved")
    let files = try #require(expected["files"] as? [[String: Any]])
    var read = 0
    for file in files {
      let name = try #require(file["file"] as? String)
      let path = ContainerFixtures.path("cifar10-python-resaved") + "/" + name
      guard !name.contains("dataframe") else {
        let error = #expect(throws: PickleError.self) { try ImageDataset.open(path) }
        #expect("\(try #require(error))".contains("pandas"))
        continue
      }
      let dataset = try ImageDataset.open(path)
      #expect(dataset.labels.map { Int($0) } == file["labels"] as? [Int], "\(name)")
      let digests = try (0..<dataset.count).map { SHA256.hexDigest(try dataset.images([$0])) }
      #expect(digests == file["samples"] as? [String], "\(name)")
      let folder = try TemporaryFolder()
      try DatasetWriter(copying: dataset, to: folder.path + "/same").commit()
      #expect(try folder.read("same/" + name) == RandomAccessFile.contents(path))
      let writer = try DatasetWriter(copying: dataset, to: folder.path + "/new")
      let image = [UInt8](repeating: 51, count: 3072)
      try writer.replace(1, image: image, label: 3)
      try writer.remove([0])
      try writer.commit()
      let result = try ImageDataset.open(folder.path + "/new/" + name)
      #expect(result.labels == [3] + dataset.labels[2...], "\(name)")
      #expect(try result.images([0]) == image)
      #expect(try result.images(1..<5) == dataset.images(2..<6))
      // For Python 3 again, which needs no encoding to read it.
      let bytes = try folder.read("new/" + name)
      #expect(bytes.starts(with: [0x80, 3]) && !bytes.contains(Array("_codecs".utf8)))
      read += 1
    }
    #expect(read == 10)
  }

  @Test func writesBatchesBackAsTheyWere() throws {
    let folder = try TemporaryFolder()
    let path = ten + "/cifar-10-batches-py"
    let dataset = try ImageDataset.open(path)
    try DatasetWriter(copying: dataset, to: folder.path + "/same").commit()
    #expect(try filesBelow(folder.path + "/same") == filesBelow(path))
    let writer = try DatasetWriter(copying: dataset, to: folder.path + "/new")
    let image = [UInt8](repeating: 200, count: 3072)
    let removed = try #require(
      (0..<dataset.count).first { dataset.name(of: $0) == "data_batch_2:0" })
    try writer.replace(0, image: image, label: 9)
    try writer.remove([removed])
    try writer.commit()
    let (before, after) = (try filesBelow(path), try filesBelow(folder.path + "/new"))
    #expect(before.keys.sorted() == after.keys.sorted())
    let changed = before.keys.filter { before[$0] != after[$0] }.map(\.description).sorted()
    #expect(changed == ["data_batch_1", "data_batch_2"])
    // One image and one label differ: nothing else of the first batch does.
    let (old, new) = (
      try #require(before[FileName("data_batch_1")]), try #require(after[FileName("data_batch_1")])
    )
    #expect(old.count == new.count)
    #expect(zip(old, new).count { $0 != $1 } <= 3073)
    let batch = try Pickle.read(FileName(folder.path + "/new/data_batch_2"))
    #expect(batch["filenames"]?.elements?.count == batch["labels"]?.integers?.count)
    let result = try ImageDataset.open(folder.path + "/new")
    #expect(result.count == dataset.count - 1)
    #expect(result.labels[0] == 9)
    #expect(try result.images([0]) == image)
  }

  @Test func coarseLabelsFollowFineOnes() throws {
    let folder = try TemporaryFolder()
    let dataset = try ImageDataset.open(hundred)
    let writer = try DatasetWriter(copying: dataset, to: folder.path + "/new")
    let label = try #require(dataset.labels.first { $0 != dataset.labels[0] })
    try writer.replace(0, label: label)
    try writer.commit()
    let (before, after) = (
      try Pickle.read(FileName(hundred + "/train")),
      try Pickle.read(FileName(folder.path + "/new/train"))
    )
    let row = try #require(before["fine_labels"]?.integers?.firstIndex(of: Int(label)))
    let coarse = try #require(before["coarse_labels"]?.integers)
    #expect(after["coarse_labels"]?.integers == [coarse[row]] + coarse.dropFirst())
    #expect(after["fine_labels"]?.integers?[0] == Int(label))
  }
}

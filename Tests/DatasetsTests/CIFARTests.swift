import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite struct CIFARTests {
  @Test func readsRecordsAsInterleavedPixels() throws {
    let folder = try TemporaryFolder()
    let bytes = cifarBatch([3, 9, 0])
    try folder.write(bytes, to: "batch.bin")
    let dataset = try ImageDataset.open(folder.path + "/batch.bin")
    #expect(dataset.format == .cifar10)
    #expect(dataset.labels == [3, 9, 0])
    #expect(dataset.classCount == 10)
    #expect(dataset.name(of: 2) == "batch.bin:2")
    let images = try dataset.images([2, 0])
    for (position, record) in [2, 0].enumerated() {
      for (y, x, channel) in [(0, 0, 0), (5, 7, 1), (31, 31, 2)] {
        let stored = bytes[record * 3073 + 1 + channel * 1024 + y * 32 + x]
        #expect(images[position * 3072 + (y * 32 + x) * 3 + channel] == stored)
      }
    }
  }

  @Test func joinsTheBatchesOfAFolder() throws {
    let folder = try TemporaryFolder()
    try folder.write(cifarBatch([1, 2]), to: "data_batch_1.bin")
    try folder.write(cifarBatch([3], seed: 5), to: "data_batch_2.bin")
    try folder.write(cifarBatch([4], seed: 6), to: "test_batch.bin")
    try folder.write(Array("cat\ndog\nhen\nfox\nbee\n\n".utf8), to: "batches.meta.txt")
    let dataset = try ImageDataset.open(folder.path)
    #expect(dataset.labels == [1, 2, 3])
    #expect(dataset.classNames == ["cat", "dog", "hen", "fox", "bee"])
    #expect(dataset.name(of: 2) == "data_batch_2.bin:0")
    #expect(try ImageDataset.open(folder.path, split: .test).labels == [4])
  }

  @Test func writesTheSameFilesBackByteForByte() throws {
    let folder = try TemporaryFolder()
    let source = try TemporaryFolder()
    let files = ["data_batch_1.bin": cifarBatch([1, 2, 7]), "data_batch_2.bin": cifarBatch([3])]
    for (name, bytes) in files { try source.write(bytes, to: name) }
    try source.write(cifarBatch([5]), to: "test_batch.bin")
    let output = folder.path + "/copy"
    let dataset = try ImageDataset.open(source.path)
    try DatasetWriter(copying: dataset, to: output).commit()
    let names = ["data_batch_1.bin", "data_batch_2.bin", "test_batch.bin"]
    #expect(try folder.entries("copy") == [".elixir-gpu"] + names)
    for name in names { #expect(try folder.read("copy/" + name) == source.read(name)) }
    #expect(try folder.entries() == ["copy"])
    #expect(try ImageDataset.open(output).fingerprint() == dataset.fingerprint())
  }

  @Test func changesOnlyTheSamplesReplaced() throws {
    let folder = try TemporaryFolder()
    let bytes = cifarBatch([1, 2, 7])
    try folder.write(bytes, to: "one.bin")
    let dataset = try ImageDataset.open(folder.path + "/one.bin")
    let image = patternBytes(3072, seed: 77)
    let writer = try DatasetWriter(copying: dataset, to: folder.path + "/out")
    try writer.replace(2, label: 4)
    try writer.replace(1, image: image)
    #expect(try writer.finishLayout() == ["one.bin:0", "one.bin:1", "one.bin:2"])
    try writer.commit()
    let result = try ImageDataset.open(folder.path + "/out")
    #expect(result.labels == [1, 2, 4])
    #expect(try result.images([1]) == image)
    let written = try folder.read("out/one.bin")
    #expect(written[..<3073] == bytes[..<3073])
    #expect(written[(2 * 3073 + 1)...] == bytes[(2 * 3073 + 1)...])
    #expect(try result.fingerprint() != dataset.fingerprint())
  }

  @Test func readsAndWritesFineAndCoarseLabels() throws {
    let folder = try TemporaryFolder()
    let records: [(UInt8, UInt8)] = [(4, 30), (11, 55), (4, 30)]
    let bytes = records.flatMap { [$0.0, $0.1] + patternBytes(3072) }
    try folder.write(bytes, to: "in/train.bin")
    let dataset = try ImageDataset.open(folder.path + "/in")
    #expect(dataset.format == .cifar100)
    #expect(dataset.labels == [30, 55, 30])
    #expect(dataset.classCount == 100)
    let writer = try DatasetWriter(copying: dataset, to: folder.path + "/out")
    try writer.replace(1, label: 30)
    try writer.commit()
    let written = try folder.read("out/train.bin")
    #expect(Array(written[3074..<3076]) == [4, 30])
    #expect(written.count == bytes.count)
  }

  @Test func refusesATruncatedBatch() throws {
    let folder = try TemporaryFolder()
    try folder.write(cifarBatch([1, 2]).dropLast(1) + [], to: "data_batch_1.bin")
    let error = #expect(throws: FileError.self) { try ImageDataset.open(folder.path) }
    let message = try #require(error).description
    #expect(message.contains("data_batch_1.bin: 6145 bytes is no multiple of the record's 3073"))
    #expect(!message.contains("\n"))
  }

  @Test func refusesALabelOutOfRange() throws {
    let folder = try TemporaryFolder()
    try folder.write(cifarBatch([1, 12]), to: "a.bin")
    let path = folder.path + "/a.bin"
    #expect(throws: DatasetError.labelOutOfRange(path: path, record: 1, label: 12, classCount: 10))
    {
      try ImageDataset.open(path)
    }
  }

  @Test func refusesAnEmptyBatch() throws {
    let folder = try TemporaryFolder()
    try folder.write([], to: "a.bin")
    let error = #expect(throws: DatasetError.self) { try ImageDataset.open(folder.path + "/a.bin") }
    #expect(try #require(error).description.contains("there are no images"))
  }

  @Test func refusesASingleClassWhenAsked() throws {
    let folder = try TemporaryFolder()
    try folder.write(cifarBatch([6, 6, 6]), to: "a.bin")
    let dataset = try ImageDataset.open(folder.path + "/a.bin")
    #expect(throws: DatasetError.singleClass(path: dataset.path, name: "6")) {
      try dataset.requireSeveralClasses()
    }
  }

  @Test func refusesLabelsThatARelatedDatasetLacks() throws {
    let folder = try TemporaryFolder()
    try folder.write(cifarBatch([0, 4]), to: "a.bin")
    let path = folder.path + "/a.bin"
    #expect(try ImageDataset.open(path, classNames: ["a", "b", "c", "d", "e"]).classCount == 5)
    #expect(throws: DatasetError.labelOutOfRange(path: path, record: 1, label: 4, classCount: 3)) {
      try ImageDataset.open(path, classNames: ["a", "b", "c"])
    }
  }

  @Test func refusesWhatIsNoDataset() throws {
    let folder = try TemporaryFolder()
    try folder.write([1], to: "notes.txt")
    #expect(throws: FileError.notFound(path: "/nowhere/at/all")) {
      try ImageDataset.open("/nowhere/at/all")
    }
    for name in ["notes.txt", ""] {
      #expect(throws: DatasetError.self) { try ImageDataset.open(folder.path + "/" + name) }
    }
    try folder.write(cifarBatch([1]), to: "b1.bin")
    try folder.write(cifarBatch([1]), to: "b2.bin")
    let error = #expect(throws: DatasetError.self) { try ImageDataset.open(folder.path) }
    #expect(try #require(error).description.contains("name one, such as b1.bin"))
  }
}

import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite struct IDXTests {
  /// Writes `PREFIX-images-idx3-ubyte` and its labels, 5 wide and 3 high.
  private func write(
    _ labels: [UInt8], to folder: TemporaryFolder, prefix: String = "train"
  ) throws {
    let count = UInt32(labels.count)
    try folder.write(
      bigEndian([0x803, count, 3, 5]) + patternBytes(labels.count * 15),
      to: prefix + "-images-idx3-ubyte")
    try folder.write(bigEndian([0x801, count]) + labels, to: prefix + "-labels-idx1-ubyte")
  }

  @Test(arguments: ["train", "train-images-idx3-ubyte", "train-labels-idx1-ubyte", ""])
  func opensByAnyOfItsPaths(name: String) throws {
    let folder = try TemporaryFolder()
    try write([7, 0, 2], to: folder)
    let dataset = try ImageDataset.open(folder.path + (name.isEmpty ? "" : "/" + name))
    #expect(dataset.format == .idx)
    #expect(dataset.shape == ImageShape(height: 3, width: 5, channels: 1))
    #expect(dataset.labels == [7, 0, 2])
    #expect(dataset.classCount == 8)
    #expect(dataset.name(of: 1) == "train:1")
    #expect(try dataset.images(1..<3) == Array(patternBytes(45)[15...]))
  }

  @Test func choosesTheSplitOfAFolder() throws {
    let folder = try TemporaryFolder()
    try write([7, 0], to: folder)
    try write([1], to: folder, prefix: "t10k")
    #expect(try ImageDataset.open(folder.path).count == 2)
    #expect(try ImageDataset.open(folder.path, split: .test).count == 1)
  }

  @Test func writesBackAndChangesOnlyWhatIsReplaced() throws {
    let folder = try TemporaryFolder()
    try write([7, 0, 2], to: folder)
    let dataset = try ImageDataset.open(folder.path + "/train")
    try DatasetWriter(copying: dataset, to: folder.path + "/same").commit()
    for name in ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"] {
      #expect(try folder.read("same/" + name) == folder.read(name))
    }
    let writer = try DatasetWriter(copying: dataset, to: folder.path + "/new")
    try writer.replace(1, image: [UInt8](repeating: 9, count: 15), label: 3)
    try writer.commit()
    let result = try ImageDataset.open(folder.path + "/new")
    #expect(result.labels == [7, 3, 2])
    #expect(try result.images([0, 2]) == dataset.images([0, 2]))
    #expect(try result.images([1]) == [UInt8](repeating: 9, count: 15))
  }

  @Test func labelsThatChangeMeanwhileMakeNoCopy() throws {
    let folder = try TemporaryFolder()
    try write([7, 0, 2], to: folder)
    let dataset = try ImageDataset.open(folder.path + "/train")
    let fingerprint = try dataset.fingerprint()
    try dataset.requireUnchanged(since: fingerprint)
    let file = folder.path + "/train-labels-idx1-ubyte"
    for change in [
      { try RandomAccessFile(file, .update).write([1], at: 9) },
      { try RandomAccessFile(file, .update).truncate(to: 8) },
    ] {
      let writer = try DatasetWriter(copying: dataset, to: folder.path + "/out")
      try change()
      let error = #expect(throws: FileError.self) { try writer.commit() }
      #expect("\(try #require(error))".contains("meanwhile"))
      #expect(throws: FileError.self) { try dataset.requireUnchanged(since: fingerprint) }
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/out"))
  }

  @Test func changedPixelsAreNoticed() throws {
    let folder = try TemporaryFolder()
    try write([7, 0, 2], to: folder)
    let dataset = try ImageDataset.open(folder.path + "/train")
    let fingerprint = try dataset.fingerprint()
    let file = folder.path + "/train-images-idx3-ubyte"
    try RandomAccessFile(file, .update).write([255], at: 20)
    #expect(throws: FileError.self) { try dataset.requireUnchanged(since: fingerprint) }
  }

  @Test func anotherFileUnderTheNameIsNotRead() throws {
    let folder = try TemporaryFolder()
    try write([7, 0, 2], to: folder)
    let before = try folder.read("train-labels-idx1-ubyte")
    let dataset = try ImageDataset.open(folder.path + "/train")
    try write([1, 1, 1], to: folder, prefix: "other")
    try (FileName(folder.path) / FileName("other-labels-idx1-ubyte")).rename(
      to: FileName(folder.path) / FileName("train-labels-idx1-ubyte"))
    try DatasetWriter(copying: dataset, to: folder.path + "/out").commit()
    #expect(try folder.read("out/train-labels-idx1-ubyte") == before)
  }

  @Test func refusesMissingLabels() throws {
    let folder = try TemporaryFolder()
    try write([1, 2], to: folder)
    try FileManager.default.removeItem(atPath: folder.path + "/train-labels-idx1-ubyte")
    #expect(
      throws: DatasetError.missingLabels(
        path: folder.path + "/train-images-idx3-ubyte", expected: "train-labels-idx1-ubyte")
    ) { try ImageDataset.open(folder.path) }
  }

  /// Each damage with a part of the message it must give.
  @Test(
    arguments: [
      ([0x803, 2, 3], "cannot hold an IDX header"),
      ([0x802, 2, 3, 5], "bytes of data instead of 6"),
      ([0xA03, 2, 3, 5], "begins with the bytes 0 0 a 3"),
      ([0x803, 3, 3, 5], "bytes of data instead of 45"),
      ([0x803, .max, .max, .max], "impossible"),
      ([0x803, 0, 0, 5], "bytes of data instead of 0"),
    ] as [([UInt32], String)])
  func refusesDamagedHeaders(words: [UInt32], message: String) throws {
    let folder = try TemporaryFolder()
    try write([1, 2], to: folder)
    let data = words.count == 4 ? patternBytes(30) : []
    try folder.write(bigEndian(words) + data, to: "train-images-idx3-ubyte")
    let error = #expect(throws: FileError.self) { try ImageDataset.open(folder.path) }
    #expect(try #require(error).description.contains(message))
  }

  @Test func refusesLabelsOfAnotherCount() throws {
    let folder = try TemporaryFolder()
    try write([1, 2], to: folder)
    try folder.write(bigEndian([0x801, 1]) + [1], to: "train-labels-idx1-ubyte")
    let error = #expect(throws: FileError.self) { try ImageDataset.open(folder.path) }
    #expect(try #require(error).description.contains("1 labels for 2 images"))
  }
}

import Datasets
import Foundation
import Support
import TestSupport
import Testing

/// IDX files as they are distributed: compressed, with other types of numbers, EMNIST.
@Suite(.requiresContainerFixtures) struct IDXFixtureTests {
  private let path = ContainerFixtures.path("idx")

  private func digest(_ dataset: ImageDataset, _ index: Int) throws -> String {
    SHA256.hexDigest(try dataset.images([index]))
  }

  /// The test set's images are three members of gzip.
  @Test(arguments: [("train", ImageDataset.Split.training), ("test", .test)])
  func readsCompressedMNIST(part: String, split: ImageDataset.Split) throws {
    let expected = try #require(try ContainerFixtures.expected("idx")[part] as? [[String: Any]])
    let dataset = try ImageDataset.open(path + "/MNIST/raw", split: split)
    try #require(dataset.count == expected.count)
    #expect(dataset.classCount == 10)
    for (index, sample) in expected.enumerated() {
      #expect(dataset.name(of: index) == sample["key"] as? String)
      #expect(Int(dataset.labels[index]) == sample["label"] as? Int)
      #expect(try digest(dataset, index) == sample["sha256_gray"] as? String)
    }
  }

  /// As stored, which is transposed, and with the names of the mapping.
  @Test(arguments: ["letters", "digits"]) func readsEMNIST(part: String) throws {
    let all = try #require(try ContainerFixtures.expected("idx")["emnist"] as? [String: Any])
    let expected = try #require(all[part] as? [String: Any])
    let dataset = try ImageDataset.open(path + "/EMNIST/gzip/emnist-\(part)-train")
    #expect(dataset.classNames == expected["classes"] as? [String])
    let samples = try #require(expected["samples"] as? [[String: Any]])
    try #require(dataset.count == samples.count)
    for (index, sample) in samples.enumerated() {
      #expect(Int(dataset.labels[index]) == sample["label"] as? Int)
      #expect(try digest(dataset, index) == sample["sha256_as_stored"] as? String)
    }
    let error = #expect(throws: DatasetError.self) {
      try ImageDataset.open(path + "/EMNIST/gzip")
    }
    #expect("\(try #require(error))".contains("several IDX sets"))
  }

  @Test func readsAllTypesAsNumPyDoes() throws {
    let variants = try #require(
      try ContainerFixtures.expected("idx")["variants"] as? [[String: Any]])
    var refused = 0
    for variant in variants {
      let name = try #require(variant["file"] as? String)
      let file = FileName(path + "/variants/" + name)
      guard let shape = variant["shape"] as? [Int] else {
        #expect(throws: FileError.self, "\(name)") { try IDXFile(file) }
        refused += 1
        continue
      }
      let array = try IDXFile(file).array
      #expect(array.shape == shape, "\(name)")
      var bytes = ByteWriter()
      try array.forEachBlock { values in
        for value in values {
          switch variant["dtype"] as? String {
          case "uint8": bytes.append(UInt8(value))
          case "int8": bytes.append(Int8(value))
          case "int16": bytes.append(Int16(value))
          case "int32": bytes.append(Int32(value))
          case "float32": bytes.append(Float(value))
          default: bytes.append(value.bitPattern)
          }
        }
      }
      #expect(
        SHA256.hexDigest(bytes.bytes) == variant["sha256_little_endian"] as? String, "\(name)")
    }
    #expect(refused == 8)
  }

  @Test func writesBackCompressedFiles() throws {
    let folder = try TemporaryFolder()
    let dataset = try ImageDataset.open(path + "/MNIST/raw", split: .test)
    try DatasetWriter(copying: dataset, to: folder.path + "/same").commit()
    #expect(try filesBelow(folder.path + "/same") == filesBelow(path + "/MNIST/raw"))
    let writer = try DatasetWriter(copying: dataset, to: folder.path + "/new")
    let image = [UInt8](repeating: 9, count: 28 * 28)
    try writer.replace(2, image: image, label: 1)
    try writer.remove([0])
    #expect(try writer.finishLayout()[2] == "test:1")
    try writer.commit()
    let result = try ImageDataset.open(folder.path + "/new", split: .test)
    #expect(result.labels == [dataset.labels[1], 1] + dataset.labels[3...])
    #expect(try result.images([1]) == image)
    #expect(try result.images(2..<11) == dataset.images(3..<12))
    for name in ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"] {
      #expect(
        try folder.read("new/" + name) == RandomAccessFile.contents(path + "/MNIST/raw/" + name))
    }
  }

  /// Images of floating-point numbers, in color, and QMNIST's labels of 8 numbers.
  @Test func readsAndChangesOtherTypes() throws {
    let folder = try TemporaryFolder()
    func copy(_ source: String, to name: String) throws {
      try folder.write(try RandomAccessFile.contents(path + "/variants/" + source), to: name)
    }
    func labels(_ count: Int) throws {
      try folder.write(
        bigEndian([0xC02, UInt32(count), 8]) + bigEndian((0..<UInt32(8 * count)).map { $0 / 8 }),
        to: "q-labels-idx2-int")
    }
    for (source, name) in [
      ("images-float-idx3-float", "q-images-idx3-float"),
      ("images-double-idx3-double", "q-images-idx3-double"),
      ("images-colour-idx4-ubyte", "q-images-idx4-ubyte"),
    ] {
      try copy(source, to: name)
      let array = try IDXFile(FileName(folder.path + "/" + name)).array
      try labels(array.shape[0])
      let dataset = try ImageDataset.open(folder.path + "/" + name)
      #expect(dataset.labels == (0..<Int32(array.shape[0])).map { $0 })
      #expect(dataset.channels == (name.contains("idx4") ? 3 : 1))
      var image = try dataset.images([1])
      image[5] = image[5] < 128 ? 255 : 0
      let writer = try DatasetWriter(copying: dataset, to: folder.path + "/out-" + name)
      try writer.replace(1, image: image, label: 0)
      try writer.commit()
      let result = try ImageDataset.open(folder.path + "/out-\(name)/" + name)
      #expect(result.labels[1] == 0)
      #expect(try result.images([1]) == image)
      // One number differs, all others keep their bits.
      let (before, after) = (try folder.read(name), try folder.read("out-\(name)/" + name))
      let size = (before.count - 4 - 4 * array.shape.count) / array.shape.reduce(1, *)
      #expect(zip(before, after).count { $0 != $1 } <= size)
      try FileManager.default.removeItem(atPath: folder.path + "/" + name)
    }
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/usr/share/datasets/fashion-mnist")))
  func readsDebiansFashionMNIST() throws {
    let dataset = try ImageDataset.open("/usr/share/datasets/fashion-mnist", split: .test)
    #expect(dataset.count == 10_000)
    #expect((0..<10).allSatisfy { label in dataset.labels.count { $0 == label } == 1000 })
  }
}

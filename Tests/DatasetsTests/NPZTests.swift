import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite(.requiresContainerFixtures) struct NPZTests {
  private let path = ContainerFixtures.path("npz") + "/"

  private func digest(_ dataset: ImageDataset) throws -> String {
    SHA256.hexDigest(try dataset.images(0..<dataset.count))
  }

  /// The digest of an array in row-major order by NumPy.
  private func expectedDigest(_ file: String, _ array: String) throws -> String? {
    let files = try #require(
      try ContainerFixtures.expected("npz")["files"] as? [[String: Any]])
    let found = try #require(files.first { $0["file"] as? String == file })
    let arrays = try #require(found["arrays"] as? [String: [String: Any]])
    return arrays[array]?["sha256_c_order"] as? String
  }

  @Test(arguments: ["medmnist-colour", "medmnist-gray-stored"]) func readsMedMNIST(
    name: String
  ) throws {
    let all = try #require(try ContainerFixtures.expected("npz")["samples"] as? [String: [[Any]]])
    for (part, split) in [
      ("train", ImageDataset.Split.training), ("val", .validation), ("test", .test),
    ] {
      let samples = try #require(all["\(name)/\(part)"])
      let dataset = try ImageDataset.open(path + name + ".npz", split: split)
      try #require(dataset.count == samples.count)
      for (index, sample) in samples.enumerated() {
        #expect(Int(dataset.labels[index]) == sample[0] as? Int)
        let image = try dataset.image(index).converted(toChannels: 3)
        #expect(SHA256.hexDigest(image.pixels) == sample[4] as? String)
      }
    }
  }

  @Test func readsOtherLayouts() throws {
    for (file, array) in [
      ("fortran-order", "images"), ("keras-style", "x_train"), ("other-zip-tool", "images"),
      ("string-labels", "images"),
    ] {
      let dataset = try ImageDataset.open(path + file + ".npz")
      #expect(try digest(dataset) == expectedDigest(file + ".npz", array), "\(file)")
    }
    #expect(try ImageDataset.open(path + "keras-style.npz", split: .test).count == 4)
    // numpy: round(255 * images) as uint8, transposed to NHWC; labels.argmax(1).
    let float = try ImageDataset.open(path + "nchw-float.npz")
    #expect(try digest(float) == Self.floatDigest)
    #expect(float.labels == Self.floatLabels)
    #expect(float.classCount == 10)
    let named = try ImageDataset.open(path + "string-labels.npz")
    #expect(named.classNames == Self.stringClasses)
    #expect(named.labels == Self.stringLabels)
  }

  private static let floatDigest =
    "7f231cd3a5627364047a46d3a3afa1ab8f19efe9db7745523809b1046f84041f"
  private static let floatLabels: [Int32] = [3, 0, 8, 3, 3, 1, 7, 7]
  private static let stringClasses = ["airplane", "cat", "ship"]
  private static let stringLabels: [Int32] = [1, 0, 2, 1]

  @Test func readsPairsOfFiles() throws {
    let dataset = try ImageDataset.open(path + "images.npy")
    #expect(try digest(dataset) == expectedDigest("images.npy", ""))
    let folder = try TemporaryFolder()
    let writer = try DatasetWriter(copying: dataset, to: folder.path + "/out")
    try writer.replace(1, image: [UInt8](repeating: 3, count: 3072), label: 2)
    try writer.remove([0, 9])
    try writer.commit()
    let result = try ImageDataset.open(folder.path + "/out/images.npy")
    #expect(result.labels == [2] + dataset.labels[2..<9])
    #expect(try result.images(1..<8) == dataset.images(2..<9))
    // Versions 2 and 3 of the format, which have 3 images.
    for name in ["images-v2.npy", "images-v3.npy"] {
      let error = #expect(throws: DatasetError.self) { try ImageDataset.open(path + name) }
      #expect("\(try #require(error))".contains("labels are missing"))
      let copy = try TemporaryFolder()
      try copy.write(try RandomAccessFile.contents(path + name), to: "images.npy")
      try copy.write(try RandomAccessFile.contents(path + "labels.npy"), to: "labels.npy")
      let count = #expect(throws: FileError.self) {
        try ImageDataset.open(copy.path + "/images.npy")
      }
      #expect("\(try #require(count))".contains("10 labels for 3 images"))
    }
  }

  @Test func refusesObjectsAndLies() throws {
    for (file, message) in [
      ("hostile-object.npz", "Python objects, which are never unpickled"),
      ("object-labels.npz", "Python objects, which are never unpickled"),
    ] {
      let error = #expect(throws: FileError.self) { try ImageDataset.open(path + file) }
      #expect("\(try #require(error))".contains(message))
    }
    for (file, message) in [
      ("hostile-header.npy", "no header of NumPy's"), ("hostile-shape.npy", "bytes for the shape"),
    ] {
      let folder = try TemporaryFolder()
      try folder.write(try RandomAccessFile.contents(path + file), to: "images.npy")
      try folder.write(try RandomAccessFile.contents(path + "labels.npy"), to: "labels.npy")
      let error = #expect(throws: FileError.self) {
        try ImageDataset.open(folder.path + "/images.npy")
      }
      #expect("\(try #require(error))".contains(message))
    }
  }

  /// An unchanged archive comes back to the byte; in a changed one the members of other parts do.
  @Test(
    arguments: [
      "medmnist-colour", "medmnist-gray-stored", "fortran-order", "keras-style", "nchw-float",
      "other-zip-tool", "string-labels",
    ])
  func writesBack(name: String) throws {
    let folder = try TemporaryFolder()
    let file = name + ".npz"
    let dataset = try ImageDataset.open(path + file)
    try DatasetWriter(copying: dataset, to: folder.path + "/same").commit()
    #expect(try folder.read("same/" + file) == RandomAccessFile.contents(path + file))
    let writer = try DatasetWriter(copying: dataset, to: folder.path + "/new")
    let label = dataset.labels[1] == 0 ? Int32(1) : 0
    let image = [UInt8](repeating: 77, count: dataset.shape.byteCount)
    try writer.replace(1, image: image, label: label)
    try writer.remove([2])
    try writer.commit()
    let result = try ImageDataset.open(
      folder.path + "/new/" + file, classNames: dataset.classNames)
    var labels = dataset.labels
    labels[1] = label
    labels.remove(at: 2)
    #expect(result.labels == labels)
    #expect(result.classNames == dataset.classNames)
    #expect(try result.images([1]) == image)
    #expect(try result.images([0]) == dataset.images([0]))
    #expect(try result.images(2..<result.count) == dataset.images(3..<dataset.count))
    let (before, after) = (try ZipFile(path + file), try ZipFile(folder.path + "/new/" + file))
    #expect(before.members.map(\.name) == after.members.map(\.name))
    for member in before.members where member.name.description.contains("test") {
      #expect(after[member.name]?.checksum == member.checksum)
    }
  }
}

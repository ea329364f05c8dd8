import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite struct ImageFolderTests {
  private func write(
    _ name: String, to folder: TemporaryFolder, channels: Int = 3, height: Int = 3,
    width: Int = 5, seed: Int = 0
  ) throws {
    let shape = ImageShape(height: height, width: width, channels: channels)
    try folder.write([], to: name)
    try PNG.write(
      RasterImage(shape: shape, pixels: patternBytes(shape.byteCount, seed: seed)),
      to: folder.path + "/" + name)
  }

  /// Three classes of five images, one of them nested, with files that are to be ignored.
  private func example(channels: Int = 3) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let names = ["ant/x.png", "ant/y.png", "bee/x.png", "cat/deep/er/z.PNG", "cat/x.png"]
    for (index, name) in names.enumerated() {
      try write(name, to: folder, channels: channels, seed: index * 100)
    }
    try folder.write([1], to: "ant/notes.txt")
    try folder.write([1], to: "preview.png")
    try folder.write([1], to: ".hidden/a.png")
    return folder
  }

  @Test func readsClassesInOrder() throws {
    let folder = try example()
    let dataset = try ImageDataset.open(folder.path)
    #expect(dataset.format == .imageFolder)
    #expect(dataset.classNames == ["ant", "bee", "cat"])
    #expect(dataset.labels == [0, 0, 1, 2, 2])
    #expect(dataset.name(of: 3) == "cat/deep/er/z.PNG")
    #expect(dataset.shape == ImageShape(height: 3, width: 5, channels: 3))
    #expect(try dataset.images([4]) == patternBytes(45, seed: 400))
  }

  @Test func hasOneChannelOnlyIfAllAreGray() throws {
    let folder = try example(channels: 1)
    let gray = try ImageDataset.open(folder.path)
    #expect(gray.channels == 1)
    #expect(try gray.images([0]) == patternBytes(15))
    try write("bee/y.png", to: folder, channels: 3)
    let mixed = try ImageDataset.open(folder.path)
    #expect(mixed.channels == 3)
    #expect(try mixed.images([0]) == patternBytes(15).flatMap { [$0, $0, $0] })
  }

  @Test func copiesUnchangedFilesByteForByte() throws {
    let folder = try example()
    let output = try TemporaryFolder()
    let dataset = try ImageDataset.open(folder.path)
    let writer = try DatasetWriter(copying: dataset, to: output.path + "/out")
    let image = patternBytes(45, seed: 999)
    try writer.replace(1, image: image)
    try writer.commit()
    let result = try ImageDataset.open(output.path + "/out")
    #expect(result.labels == dataset.labels)
    #expect((0..<5).map(result.name) == (0..<5).map(dataset.name))
    for index in [0, 2, 3, 4] {
      let name = dataset.name(of: index)
      #expect(try output.read("out/" + name) == folder.read(name))
    }
    #expect(try result.images([1]) == image)
    #expect(
      try output.entries("out") == [".elixir-gpu", "ant", "bee", "cat", "metadata.jsonl"])
  }

  @Test func copyingEarlyMakesTheSameFolder() throws {
    let folder = try example()
    let output = try TemporaryFolder()
    let dataset = try ImageDataset.open(folder.path)
    for name in ["early", "late"] {
      let writer = try DatasetWriter(copying: dataset, to: output.path + "/" + name)
      if name == "early" {
        try writer.copy([2, 4])
        // There before the layout is finished, and copied once.
        let copied = writer.path + "/" + dataset.name(of: 2)
        #expect(FileManager.default.contents(atPath: copied) != nil)
        try writer.copy([4, 1])
      }
      // To a name that an early copy has taken.
      try writer.replace(0, label: dataset.labels[2])
      try writer.replace(3, image: patternBytes(45, seed: 5))
      try writer.commit()
    }
    for index in 0..<5 {
      let name = try ImageDataset.open(output.path + "/late").name(of: index)
      #expect(try output.read("early/" + name) == output.read("late/" + name))
    }
    #expect(try output.read("early/metadata.jsonl") == output.read("late/metadata.jsonl"))
    #expect(try output.entries("early") == output.entries("late"))
  }

  @Test func movesRelabelledImagesWithoutOverwriting() throws {
    let folder = try example()
    let output = try TemporaryFolder()
    let dataset = try ImageDataset.open(folder.path)
    var names: [[String]] = []
    for order in [[0, 1, 3, 4], [4, 3, 1, 0]] {
      let path = output.path + "/\(names.count)"
      let writer = try DatasetWriter(copying: dataset, to: path)
      for index in order { try writer.replace(index, label: 1) }
      names.append(try writer.finishLayout())
      try writer.commit()
    }
    #expect(
      names[0] == [
        "bee/ant-x.png", "bee/y.png", "bee/x.png", "bee/deep/er/z.PNG", "bee/cat-x.png",
      ])
    #expect(names[1] == names[0])
    for (index, name) in names[0].enumerated() {
      #expect(try output.read("0/" + name) == folder.read(dataset.name(of: index)))
    }
    let result = try ImageDataset.open(output.path + "/0")
    #expect(result.classNames == ["ant", "bee", "cat"])
    #expect(result.labels == [1, 1, 1, 1, 1])
    let metadata = String(decoding: try output.read("0/metadata.jsonl"), as: UTF8.self)
    let lines = metadata.split(separator: "\n")
    #expect(lines.count == 5)
    #expect(lines[0] == #"{"class":"bee","file_name":"bee/ant-x.png","label":1}"#)
  }

  @Test func takesTheClassesOfARelatedDataset() throws {
    let folder = try example()
    let names = ["aardvark", "ant", "bee", "cat"]
    #expect(try ImageDataset.open(folder.path, classNames: names).labels == [1, 1, 2, 3, 3])
    #expect(
      throws: DatasetError.unknownClass(path: folder.path, name: "cat", known: "ant, bee")
    ) { try ImageDataset.open(folder.path, classNames: ["ant", "bee"]) }
  }

  @Test func refusesSizesThatDiffer() throws {
    let folder = try example()
    try write("bee/w.png", to: folder, height: 4)
    let error = #expect(throws: DatasetError.self) { try ImageDataset.open(folder.path) }
    let message = try #require(error).description
    #expect(message.contains("bee/w.png: the image is 5×4, but "))
    #expect(message.contains("ant/x.png is 5×3"))
  }

  @Test func refusesCorruptAndForeignImages() throws {
    let folder = try example()
    try folder.write(Array("not an image, certainly not".utf8) + [0, 0, 0], to: "bee/bad.png")
    let error = #expect(throws: FileError.self) { try ImageDataset.open(folder.path) }
    #expect(try #require(error).description.contains("bee/bad.png: it is not a PNG image"))
    let other = try example()
    try other.write([0xFF, 0xD8], to: "bee/photo.jpg")
    let refused = #expect(throws: FileError.self) { try ImageDataset.open(other.path) }
    #expect(try #require(refused).description.contains("bee/photo.jpg: only PNG images are read"))
  }

  /// Found when it is decoded, by each that must find it.
  @Test func damagedImagesAreNamedWhenTheyAreDecoded() throws {
    let folder = try example()
    var bytes = try folder.read("bee/x.png")
    bytes[bytes.count - 20] ^= 0x55
    try folder.write(bytes, to: "bee/x.png")
    let dataset = try ImageDataset.open(folder.path)
    #expect(dataset.count == 5)
    #expect(try dataset.images([1]).count == 45)
    let output = try TemporaryFolder()
    func expectError(_ body: () throws -> Void) throws {
      let error = #expect(throws: FileError.self) { try body() }
      #expect("\(try #require(error))".contains("bee/x.png: the PNG data are corrupt"))
    }
    try expectError { _ = try dataset.images([2]) }
    try expectError { try dataset.requireReadableImages() }
    try expectError { _ = try dataset.fingerprint() }
    try expectError {
      try DatasetWriter(copying: dataset, to: output.path + "/out").commit()
    }
    #expect(try output.entries() == [])
  }

  @Test func refusesEmptyFolders() throws {
    let folder = try TemporaryFolder()
    for name in ["", "ant"] {
      try FileManager.default.createDirectory(
        atPath: folder.path + "/" + name, withIntermediateDirectories: true)
      let error = #expect(throws: DatasetError.self) { try ImageDataset.open(folder.path) }
      #expect(try #require(error).description.contains("there are no images"))
    }
    try folder.write([1], to: "bee/notes.txt")
    let error = #expect(throws: FileError.self) { try ImageDataset.open(folder.path) }
    #expect(try #require(error).description.contains("holds files but no PNG image"))
  }
}

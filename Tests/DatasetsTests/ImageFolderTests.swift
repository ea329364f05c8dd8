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
    #expect(dataset.name(of: 4) == "cat/deep/er/z.PNG")
    #expect(dataset.shape == ImageShape(height: 3, width: 5, channels: 3))
    #expect(try dataset.images([3]) == patternBytes(45, seed: 400))
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
      try output.entries("out") == [
        ".elixir-gpu", "ant", "bee", "cat", "metadata.jsonl", "preview.png",
      ])
    #expect(try output.read("out/ant/notes.txt") == [1])
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
        "bee/ant-x.png", "bee/y.png", "bee/x.png", "bee/cat-x.png", "bee/deep/er/z.PNG",
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

  @Test(arguments: ["report.html", "poison-manifest.json", "trigger-12.png"])
  func namesOfAddedFilesAreRefusedAtOnce(name: String) throws {
    let folder = try example()
    // A file that is no image gives way: the copy has a new one of that name.
    try folder.write([1], to: name)
    try ImageDataset.open(folder.path).requireNamesForAddedFiles()
    try FileManager.default.removeItem(atPath: folder.path + "/" + name)
    try write(name + "/x.png", to: folder)
    let dataset = try ImageDataset.open(folder.path)
    let error = #expect(throws: FileError.self) { try dataset.requireNamesForAddedFiles() }
    #expect("\(try #require(error))".contains("it has '\(name)'"))
  }

  @Test func anImageOfTheNameOfAnAddedFileIsRefused() throws {
    let folder = try TemporaryFolder()
    for name in ["grid.png", "b.png"] { try write(name, to: folder) }
    try folder.write(Array("file_name,label\ngrid.png,0\nb.png,1\n".utf8), to: "metadata.csv")
    let dataset = try ImageDataset.open(folder.path)
    #expect(throws: FileError.self) { try dataset.requireNamesForAddedFiles() }
  }

  @Test func aClassMayHaveTheNameOfTheTableOfLabels() throws {
    let folder = try example()
    try write("metadata.jsonl/x.png", to: folder, seed: 7)
    let dataset = try ImageDataset.open(folder.path)
    #expect(dataset.classNames == ["ant", "bee", "cat", "metadata.jsonl"])
    let output = try TemporaryFolder()
    let writer = try DatasetWriter(copying: dataset, to: output.path + "/out")
    try writer.replace(0, label: 3)
    try writer.commit()
    let copy = try ImageDataset.open(output.path + "/out")
    #expect(copy.classNames == dataset.classNames)
    #expect(copy.labels == [0, 1, 2, 2, 3, 3])
  }

  @Test func takesTheClassesOfARelatedDataset() throws {
    let folder = try example()
    let names = ["aardvark", "ant", "bee", "cat"]
    #expect(try ImageDataset.open(folder.path, classNames: names).labels == [1, 1, 2, 3, 3])
    #expect(
      throws: DatasetError.unknownClass(path: folder.path, name: "cat", known: "ant, bee")
    ) { try ImageDataset.open(folder.path, classNames: ["ant", "bee"]) }
  }

  @Test func sizesThatDifferNeedOneToBeSeenAt() throws {
    let folder = try example()
    try write("bee/w.png", to: folder, height: 4)
    let error = #expect(throws: DatasetError.self) { try ImageDataset.open(folder.path) }
    let message = try #require(error).description
    #expect(message.contains("bee/w.png is 5×4, but ant/x.png is 5×3"))
    var options = DatasetOptions()
    options.sizeLimit = 8
    let limited = try ImageDataset.open(folder.path, options: options)
    #expect(limited.shape == ImageShape(height: 8, width: 8, channels: 3) && limited.isFramed)
    options.size = 6
    #expect(try ImageDataset.open(folder.path, options: options).width == 6)
  }

  /// Images of one size within the limit are seen as they are.
  @Test func theLimitLeavesImagesThatFit() throws {
    let folder = try example()
    var options = DatasetOptions()
    options.sizeLimit = 5
    let dataset = try ImageDataset.open(folder.path, options: options)
    #expect(dataset.shape == ImageShape(height: 3, width: 5, channels: 3) && !dataset.isFramed)
    options.sizeLimit = 4
    #expect(try ImageDataset.open(folder.path, options: options).height == 4)
  }

  /// A flat image with a flat change stays flat at its own size, in its own number of channels.
  @Test func changesGoBackAtTheOwnSize() throws {
    let folder = try TemporaryFolder()
    for (name, height, channels) in [
      ("a/wide.png", 4, 3), ("a/gray.png", 12, 1), ("b/x.png", 6, 3),
    ] {
      let shape = ImageShape(height: height, width: 12, channels: channels)
      try folder.write([], to: name)
      try PNG.write(RasterImage(shape: shape, filledWith: 100), to: folder.path + "/" + name)
    }
    var options = DatasetOptions()
    options.size = 6
    let dataset = try ImageDataset.open(folder.path, options: options)
    #expect(dataset.shape == ImageShape(height: 6, width: 6, channels: 3))
    #expect(try dataset.images([0, 1, 2]).allSatisfy { $0 == 100 })
    let output = try TemporaryFolder()
    let writer = try DatasetWriter(copying: dataset, to: output.path + "/out")
    for sample in 0..<2 { try writer.replace(sample, image: [UInt8](repeating: 130, count: 108)) }
    try writer.commit()
    let wide = try PNG.read(output.path + "/out/a/wide.png")
    #expect(wide.shape == ImageShape(height: 4, width: 12, channels: 3))
    #expect(wide.pixels.allSatisfy { $0 == 130 })
    let gray = try PNG.read(output.path + "/out/a/gray.png")
    #expect(gray.shape == ImageShape(height: 12, width: 12, channels: 1))
    #expect(gray.pixels.allSatisfy { $0 == 130 })
    #expect(try output.read("out/b/x.png") == folder.read("b/x.png"))
  }

  /// Whatever is wrong with it, and by content, whatever its name.
  @Test func setsAsideWhatIsNoImage() throws {
    let folder = try example()
    try folder.write(Array("not an image, certainly not".utf8) + [0, 0, 0], to: "bee/bad.png")
    var bytes = try folder.read("bee/x.png")
    bytes[bytes.count - 20] ^= 0x55
    try folder.write(bytes, to: "cat/broken.png")
    try folder.write(Array(bytes.prefix(20)), to: "cat/short.png")
    try folder.write(try folder.read("ant/y.png"), to: "cat/photo.jpg")
    let dataset = try ImageDataset.open(folder.path)
    #expect(dataset.setAside.map(\.name) == ["bee/bad.png", "cat/broken.png", "cat/short.png"])
    #expect(dataset.setAside.allSatisfy { !$0.reason.isEmpty })
    #expect(dataset.count == 6 && dataset.name(of: 5) == "cat/deep/er/z.PNG")
    #expect(dataset.name(of: 3) == "cat/photo.jpg")
    #expect(try dataset.images([3]) == patternBytes(45, seed: 100))
    var strict = DatasetOptions()
    strict.isStrict = true
    let error = #expect(throws: DatasetError.self) {
      try ImageDataset.open(folder.path, options: strict)
    }
    let message = try #require(error).description
    #expect(message.contains("3 records cannot be used, bee/bad.png for one"))
  }

  /// They are in the copy as they were, and the others' indices do not count them.
  @Test func copiesWhatIsSetAside() throws {
    let folder = try example()
    try folder.write([1, 2, 3], to: "ant/a.png")
    let output = try TemporaryFolder()
    let dataset = try ImageDataset.open(folder.path)
    #expect(dataset.count == 5 && dataset.setAside.map(\.name) == ["ant/a.png"])
    let writer = try DatasetWriter(copying: dataset, to: output.path + "/out")
    try writer.replace(0, label: 1)
    try writer.remove([4])
    #expect(
      try writer.finishLayout() == [
        "bee/ant-x.png", "ant/y.png", "bee/x.png", "cat/x.png", "",
      ])
    try writer.commit()
    #expect(try output.read("out/ant/a.png") == [1, 2, 3])
    let copy = try ImageDataset.open(output.path + "/out")
    #expect(copy.setAside == dataset.setAside)
    #expect(copy.labels == [0, 1, 1, 2])
  }

  @Test func leavesAloneWhatNobodyChanges() throws {
    let folder = try example()
    let dataset = try ImageDataset.open(folder.path)
    let fingerprint = try dataset.fingerprint()
    try write("bee/x.png", to: folder, seed: 7)
    #expect(throws: FileError.self) { try dataset.requireUnchanged(since: fingerprint) }
    // What was decoded stays what methods see.
    #expect(try dataset.images([2]) == patternBytes(45, seed: 200))
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
    let error = #expect(throws: DatasetError.self) { try ImageDataset.open(folder.path) }
    #expect(try #require(error).description.contains("it holds 1 other files (bee/notes.txt)"))
  }

  /// Of purification, gray files stay gray; an attack's colors are not to be lost.
  @Test func grayFilesGetColorsOnlyIfTheyMay() throws {
    let folder = try TemporaryFolder()
    try write("a/gray.png", to: folder, channels: 1)
    try write("b/color.png", to: folder, channels: 3)
    let dataset = try ImageDataset.open(folder.path)
    let output = try TemporaryFolder()
    let image = patternBytes(45, seed: 70)
    for keepsGray in [true, false] {
      let path = output.path + "/\(keepsGray)"
      let writer = try DatasetWriter(
        copying: dataset, to: path, options: WritingOptions(keepsGray: keepsGray))
      try writer.replace(0, image: image)
      try writer.commit()
      let changed = try PNG.read(path + "/a/gray.png")
      let whole = RasterImage(shape: dataset.shape, pixels: image)
      #expect(changed == (keepsGray ? whole.converted(toChannels: 1) : whole))
    }
  }
}

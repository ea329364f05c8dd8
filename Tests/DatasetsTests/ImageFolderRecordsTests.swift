import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite struct ImageFolderRecordsTests {
  private func open(
    _ path: String, split: ImageDataset.Split = .training
  ) throws -> any EncodedRecords {
    let format = try #require(try ImageFolderFormat.probe(try DatasetPlace(path, split: split)))
    return try format.records(classNames: nil)
  }

  /// In torchvision's order; the files that it leaves out for their endings come as they are named.
  @Test(
    .requiresContainerFixtures,
    arguments: ["imagefolder-jpeg", "imagefolder-png", "imagefolder-other"])
  func readsWhatTorchvisionReads(fixture: String) throws {
    let expected = try ContainerFixtures.expected(fixture)
    let records = try open(ContainerFixtures.path(fixture) + "/train")
    #expect(records.classNames == expected["classes"] as? [String])
    var samples = try ContainerFixtures.samples(expected["samples"])
    if fixture == "imagefolder-other" {
      #expect(
        (0..<records.labels.count).map(records.name).filter { $0.kind == "gif" }
          == [FileName("gif/animated.gif"), FileName("gif/static.gif")])
      samples.removeAll { $0.key.hasPrefix("gif") }
      #expect(records.labels.count == samples.count + 3)
    } else {
      try expectSamples(records, samples)
    }
    #expect(records.ignored.isEmpty)
  }

  @Test(.requiresContainerFixtures) func leavesOutRubbishAndSaysWhy() throws {
    let expected = try ContainerFixtures.expected("imagefolder-messy")
    let records = try open(ContainerFixtures.path("imagefolder-messy") + "/train")
    // The empty class stays, last by its name.
    let names = try #require(expected["sensible_classes"] as? [String])
    #expect(records.classNames == names + ["empty"])
    try expectSamples(records, try ContainerFixtures.samples(expected["sensible"]))
    let reasons = Dictionary(
      uniqueKeysWithValues: records.ignored.map { ($0.name, $0.reason) })
    #expect(reasons["__MACOSX"] == "a folder of macOS")
    #expect(reasons["airplane/._0.png"] == "a companion file of macOS")
    #expect(reasons["airplane/.hidden.png"] == "its name is hidden")
    #expect(reasons["airplane/Thumbs.db"] == "a file of Windows")
    #expect(reasons["airplane/0.png.part"] == "its name is not that of an image file")
    #expect(reasons["airplane/noext"]?.hasPrefix("a JPEG image whose name has no ending") == true)
    #expect(reasons["loose.png"] == "outside the class folders")
    // Every entry of the tree is a record or is named; a folder stands for what is in it.
    #expect(reasons.count == 15)
  }

  @Test(.requiresContainerFixtures) func numbersClassesOverTheUnionOfSplits() throws {
    let expected = try ContainerFixtures.expected("imagefolder-splits")
    let path = ContainerFixtures.path("imagefolder-splits")
    let training = try open(path)
    #expect(training.classNames == ["bird", "deer", "horse"])
    try expectSamples(training, try ContainerFixtures.samples(expected["train"]))
    let test = try open(path, split: .test)
    #expect(test.classNames == training.classNames)
    #expect(test.name(of: 0) == FileName("test/deer/0060.png"))
    #expect(test.labels == [1, 1, 2, 2])
    let error = #expect(throws: FileError.self) { try open(path, split: .validation) }
    #expect("\(try #require(error))".contains("holds train/, test/, but no validation set"))
    #expect(try open(path + "/test").classNames == ["deer", "horse"])
  }

  /// A folder around all others is entered, but one class is a class.
  @Test func entersAFolderThatHoldsTheDataset() throws {
    let folder = try TemporaryFolder()
    try folder.write([1], to: "set/train/a/1.png")
    try folder.write([1], to: "set/valid/b/1.jpg")
    #expect(try open(folder.path).classNames == ["a", "b"])
    #expect(try open(folder.path, split: .validation).labels == [1])
    let classes = try TemporaryFolder()
    try classes.write([1], to: "train/1.png")
    try classes.write([1], to: "car/1.png")
    #expect(try open(classes.path).classNames == ["car", "train"])
  }

  @Test func namesAreBytes() throws {
    let folder = try TemporaryFolder()
    let names = ["a/caf\u{E9}.png", "a/cafe\u{301}.png", "cafe\u{301}/1.png", "caf\u{E9}/1.png"]
    for name in names { try folder.write([1], to: name) }
    let latin = FileName(bytes: Array("a/caf".utf8) + [0xE9] + Array(".png".utf8))
    try RandomAccessFile.write([2], to: FileName(folder.path) / latin)
    let records = try open(folder.path)
    #expect(records.labels == [0, 0, 0, 1, 2])
    #expect(
      records.classNames.map { Array($0.utf8) } == [
        Array("a".utf8), Array("cafe\u{301}".utf8), Array("caf\u{E9}".utf8),
      ])
    #expect(records.name(of: 2) == latin)
    #expect(try records.contents(of: 2, first: nil) == [2])
    let output = try TemporaryFolder()
    try writeCopy(of: records, to: output.path + "/out")
    var copy = try filesBelow(output.path + "/out")
    copy[FileName("metadata.jsonl")] = nil
    #expect(try copy == filesBelow(folder.path))
  }

  @Test func linksAreFollowedAndNeverLostInSilence() throws {
    let folder = try TemporaryFolder()
    try folder.write([1], to: "elsewhere/1.png")
    for name in ["set/a/1.png", "set/b/1.png"] { try folder.write([2], to: name) }
    func link(_ name: String, to target: String) throws {
      try FileManager.default.createSymbolicLink(
        atPath: folder.path + "/set/" + name, withDestinationPath: target)
    }
    try link("c", to: folder.path + "/elsewhere")
    try link("a/up", to: "..")
    try link("a/gone.png", to: "nowhere.png")
    try link("a/gone.txt", to: "nowhere.txt")
    let records = try open(folder.path + "/set")
    #expect(
      (0..<4).map(records.name)
        == ["a/1.png", "a/gone.png", "b/1.png", "c/1.png"].map { FileName($0) })
    #expect(records.problem(of: 1) == "the link leads nowhere; correct it")
    #expect(records.ignored.map(\.name).sorted() == ["a/gone.txt", "a/up"])
    try writeCopy(of: records, to: folder.path + "/out")
    #expect(Directory.kind(FileName(folder.path + "/out/a/gone.png")) == .brokenLink)
    #expect(try folder.read("out/c/1.png") == [1])
    try link("dogs", to: "/mnt/not-mounted/dogs")
    let error = #expect(throws: FileError.self) { try open(folder.path + "/set") }
    #expect("\(try #require(error))".contains("dogs: the link leads nowhere; correct or remove it"))
  }

  @Test func kindsThatAreNotReadAreRecordsWithAProblem() throws {
    let folder = try TemporaryFolder()
    for name in ["a/1.avif", "a/2.jfif", "a/3.JPE", "b/1.gif", "b/2.HEIC", "b/notes.txt"] {
      try folder.write([1], to: name)
    }
    let records = try open(folder.path)
    #expect(records.labels == [0, 0, 0, 1, 1])
    #expect(records.problem(of: 0) == "AVIF images are not read; convert it to PNG")
    #expect((1..<4).allSatisfy { records.problem(of: $0) == nil })
    #expect(records.problem(of: 4) == "HEIC images are not read; convert it to PNG")
  }

  @Test func saysWhatItFound() throws {
    let folder = try TemporaryFolder()
    try folder.write([1], to: "notes.txt")
    let empty = #expect(throws: DatasetError.self) { try open(folder.path) }
    #expect("\(try #require(empty))".contains("no images; it holds 1 other files (notes.txt)"))
    for name in ["1.png", "2.jpg"] { try folder.write([1], to: name) }
    let loose = #expect(throws: FileError.self) { try open(folder.path) }
    #expect(
      "\(try #require(loose))".contains("its 2 images, such as 1.png, lie in no class folder"))
  }

  @Test func movesRenamesRemovesAndCarriesTheRestOver() throws {
    let folder = try TemporaryFolder()
    let images = ["ant/x.png", "ant/y.jpg", "bee/x.png", "cat/deep/z.JPG"]
    for (index, name) in images.enumerated() { try folder.write([UInt8(index)], to: name) }
    for name in ["LICENSE", "ant/x.txt", "loose.png"] { try folder.write([9], to: name) }
    try folder.write([9], to: ".hidden/a.png")
    try FileManager.default.createDirectory(
      atPath: folder.path + "/empty", withIntermediateDirectories: false)
    let records = try open(folder.path)
    #expect(records.classNames == ["ant", "bee", "cat", "empty"])
    let output = try TemporaryFolder()
    let names = try writeCopy(of: records, to: output.path + "/out", removing: [2]) { writer in
      try writer.replace(0, contents: nil, kind: nil, label: 1)
      try writer.replace(1, contents: [7, 7], kind: "png", label: nil)
      try writer.copy(3)
    }
    #expect(names == ["bee/ant-x.png", "ant/y.png", "", "cat/deep/z.JPG"])
    let copy = try filesBelow(output.path + "/out")
    #expect(copy[FileName("bee/ant-x.png")] == [0])
    #expect(copy[FileName("ant/y.png")] == [7, 7])
    #expect(copy[FileName("cat/deep/z.JPG")] == [3])
    #expect(Directory.kind(FileName(output.path + "/out/empty")) == .directory)
    let metadata = String(decoding: copy[FileName("metadata.jsonl")] ?? [], as: UTF8.self)
    #expect(
      metadata.split(separator: "\n").first
        == #"{"class":"bee","file_name":"bee/ant-x.png","label":1}"#)
    #expect(
      copy.keys.sorted().map(\.description) == [
        "LICENSE", "ant/x.txt", "ant/y.png", "bee/ant-x.png", "cat/deep/z.JPG", "loose.png",
        "metadata.jsonl",
      ])
  }

  @Test(.requiresContainerFixtures) func keepsOtherSplitsAndWritesNoMetadataThen() throws {
    let path = ContainerFixtures.path("imagefolder-splits")
    let output = try TemporaryFolder()
    try writeCopy(of: try open(path), to: output.path + "/out") {
      try $0.replace(0, contents: nil, kind: nil, label: 2)
    }
    var source = try filesBelow(path)
    source[FileName("train/horse/bird-0000.png")] =
      source.removeValue(forKey: FileName("train/bird/0000.png"))
    #expect(try filesBelow(output.path + "/out") == source)
  }
}

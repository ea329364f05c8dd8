import Datasets
import Support
import TestSupport
import Testing

@Suite struct ZipFormatTests {
  private func open(_ path: String) throws -> any EncodedRecords {
    let place = try DatasetPlace(path, split: .training)
    return try #require(try ZipFormat.probe(place)).records(classNames: nil)
  }

  /// A zip archive of some stored files, written here by adding to a copy of an empty one.
  private func archive(
    _ files: [(String, [UInt8])], in folder: TemporaryFolder, name: String = "set.zip"
  ) throws -> String {
    try folder.write(Array("PK\u{5}\u{6}".utf8) + [UInt8](repeating: 0, count: 18), to: "empty.zip")
    let path = folder.path + "/" + name
    let copy = try ZipCopy(
      of: try ZipFile(folder.path + "/empty.zip"), to: FileName(path))
    for (name, bytes) in files { try copy.add(FileName(name), bytes) }
    try copy.finish()
    return path
  }

  @Test func readsAnImageFolderAndWritesItBack() throws {
    let folder = try TemporaryFolder()
    let long = [UInt8](repeating: 9, count: 100_000)
    let path = try archive(
      [
        ("set/b/2.png", [2]), ("set/a/1.jpg", long), ("set/LICENSE", [5]), ("set/b/1.png", [1]),
        ("__MACOSX/set/._1.jpg", [0]), ("set/a/.DS_Store", [0]), ("set/empty/", []),
      ], in: folder)
    let records = try open(path)
    #expect(records.classNames == ["a", "b", "empty"])
    #expect(
      (0..<3).map { records.name(of: $0).description } == [
        "set/a/1.jpg", "set/b/1.png", "set/b/2.png",
      ])
    #expect(records.labels == [0, 1, 1])
    #expect(try records.contents(of: 0, first: 3) == [9, 9, 9])
    #expect(try records.contents(of: 0, first: nil) == long)
    #expect(records.ignored.map(\.name) == ["__MACOSX", "set/a/.DS_Store", "set/LICENSE"])
    let names = try writeCopy(of: records, to: folder.path + "/out", removing: [2]) {
      try $0.replace(0, contents: [7], kind: "png", label: nil)
      try $0.replace(1, contents: nil, kind: nil, label: 0)
    }
    #expect(names == ["set/a/1.png", "set/a/b-1.png", ""])
    let copy = try ZipFile(folder.path + "/out/set.zip")
    #expect(
      copy.members.map(\.name.description) == [
        "set/a/1.png", "set/LICENSE", "set/a/b-1.png", "set/empty/", "set/metadata.jsonl",
      ])
    let result = try open(folder.path + "/out/set.zip")
    #expect(result.labels == [0, 0])
    #expect(try result.contents(of: 0, first: nil) == [7])
    #expect(try result.contents(of: 1, first: nil) == [1])
  }

  @Test(arguments: ["../a/1.png", "/a/1.png", "a\\..\\1.png"])
  func refusesNamesThatLeadElsewhere(name: String) throws {
    let folder = try TemporaryFolder()
    let path = try archive([("a/1.png", [1]), (name, [2])], in: folder)
    let error = #expect(throws: FileError.self) { try open(path) }
    #expect("\(try #require(error))".contains("would lie outside of its folder"))
  }

  @Test func readsTinyImageNetAsItIsDistributed() throws {
    let folder = try TemporaryFolder()
    let path = try archive(
      [
        ("tiny/wnids.txt", Array("n2\nn1\n".utf8)), ("tiny/train/n1/images/n1_0.JPEG", [1]),
        ("tiny/train/n2/images/n2_0.JPEG", [2]),
        ("tiny/val/val_annotations.txt", Array("val_0.JPEG\tn2\t0\n".utf8)),
        ("tiny/val/images/val_0.JPEG", [3]),
      ], in: folder)
    let records = try open(path)
    #expect(records.classNames == ["n1", "n2"])
    #expect(records.labels == [0, 1])
    #expect(records.name(of: 1) == FileName("tiny/train/n2/images/n2_0.JPEG"))
    let place = try DatasetPlace(path, split: .validation)
    let validation = try #require(try ZipFormat.probe(place)).records(classNames: nil)
    #expect(validation.labels == [1])
    try writeCopy(of: validation, to: folder.path + "/out") {
      try $0.replace(0, contents: nil, kind: nil, label: 0)
    }
    let copy = try ZipFile(folder.path + "/out/set.zip")
    let member = try #require(copy["tiny/val/val_annotations.txt"])
    #expect(try copy.contents(of: member, limit: 100) == Array("val_0.JPEG\tn1\t0\n".utf8))
  }
}

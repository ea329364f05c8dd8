import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite struct ListFormatTests {
  private func open(
    _ path: String, options: DatasetOptions = DatasetOptions(), classNames: [String]? = nil
  ) throws -> any EncodedRecords {
    let place = try DatasetPlace(path, split: .training, options: options)
    return try #require(try ListFormat.probe(place)).records(classNames: classNames)
  }

  /// Files and labels as pandas reads them; names are numbered in sorted order.
  @Test(
    .requiresContainerFixtures,
    arguments: [
      "list.csv", "no-header.csv", "names-bom-crlf.csv", "other-columns.csv", "tabs.tsv",
      "imagenet-style.txt", "imagenet-style-spaces.txt", "semicolon.csv",
    ])
  func readsWhatPandasReads(file: String) throws {
    let expected = try ContainerFixtures.expected("lists")
    let key = file.replacingOccurrences(of: ".", with: "_").replacingOccurrences(of: "-", with: "_")
    let rows = try #require(expected[key] as? [[Any]])
    let records = try open(ContainerFixtures.path("lists") + "/" + file)
    try #require(records.labels.count == rows.count)
    let names = ["airplane", "cat", "dog", "ship"]
    let digests = Dictionary(
      uniqueKeysWithValues: try ContainerFixtures.samples(expected["images"]).map {
        ($0.key, $0.sha256)
      })
    for (record, row) in rows.enumerated() {
      let isOther = file == "other-columns.csv"
      let name = try #require((isOther ? row[3] : row[0]) as? String)
      #expect(records.name(of: record) == FileName(name))
      let label = "\(row[1])"
      #expect(
        records.labels[record] == Int32(label) ?? names.firstIndex(of: label).map { Int32($0) })
      let image = try PNG.decode(try records.contents(of: record, first: nil), channels: 3)
      #expect(SHA256.hexDigest(image.pixels) == digests[name])
    }
    let usesNames = file == "names-bom-crlf.csv" || file == "tabs.tsv"
    #expect(records.classNames == (usesNames ? names : (0...8).map { String($0) }))
    let output = try TemporaryFolder()
    try writeCopy(of: records, to: output.path + "/out")
    #expect(
      try output.read("out/" + file)
        == RandomAccessFile.contents(ContainerFixtures.path("lists") + "/" + file))
    #expect(try open(output.path + "/out/" + file).labels == records.labels)
  }

  @Test(.requiresContainerFixtures) func refusesPathsThatLeadElsewhere() throws {
    let hostile = #expect(throws: FileError.self) {
      try open(ContainerFixtures.path("lists/hostile.csv"))
    }
    #expect("\(try #require(hostile))".contains("row 1 names ../../../../../../etc/hostname"))
    let missing = try open(ContainerFixtures.path("lists/missing.csv"))
    #expect(missing.problem(of: 0) == nil)
    #expect(missing.problem(of: 1) == "the file is missing")
  }

  @Test(arguments: ["/etc/a.png", "a/../../b.png", "file:///a.png", "http://x/a.png", ".."])
  func hostilePaths(path: String) { #expect(FileName(path).insideArchive == nil) }

  private func example(_ text: String, name: String = "list.csv") throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(Array(text.utf8), to: name)
    for (index, image) in ["a.png", "b, c.png", "d.jpg"].enumerated() {
      try folder.write([UInt8(index)], to: "x/" + image)
    }
    try folder.write([5], to: "unlisted.txt")
    return folder
  }

  @Test func writesTheListWithOnlyWhatChanged() throws {
    let folder = try example(
      "no,label,file,note\r\n1,cat,x/a.png,\"say \"\"a\"\"\"\r\n2,dog,\"x/b, c.png\",\r\n"
        + "3,cat,x/d.jpg,n\r\n4,,./x/a.png,twice")
    let records = try open(folder.path + "/list.csv")
    #expect(records.classNames == ["cat", "dog"])
    #expect(records.labels == [0, 1, 0, -1])
    #expect(records.name(of: 3) == FileName("x/a.png#2"))
    let names = try writeCopy(of: records, to: folder.path + "/out", removing: [0]) {
      try $0.replace(1, contents: nil, kind: nil, label: 0)
      try $0.replace(2, contents: [7], kind: "png", label: 1)
    }
    #expect(names == ["", "x/b, c.png", "x/d.png", "x/a.png"])
    #expect(
      String(decoding: try folder.read("out/list.csv"), as: UTF8.self)
        == "no,label,file,note\r\n2,cat,\"x/b, c.png\",\r\n3,dog,x/d.png,n\r\n4,,./x/a.png,twice")
    #expect(try filesBelow(folder.path + "/out").count == 4)
    #expect(try folder.read("out/x/d.png") == [7])
    #expect(try folder.read("out/x/a.png") == [0])
  }

  @Test func anImageOfTwoRowsChangesForOneAlone() throws {
    let folder = try example("x/a.png 3\nx/a.png 1\n", name: "list.txt")
    let records = try open(folder.path + "/list.txt")
    let names = try writeCopy(of: records, to: folder.path + "/out") {
      try $0.replace(1, contents: [8], kind: nil, label: 2)
    }
    #expect(names == ["x/a.png", "x/1-a.png"])
    #expect(
      String(decoding: try folder.read("out/list.txt"), as: UTF8.self) == "x/a.png 3\nx/1-a.png 2\n"
    )
    #expect(try folder.read("out/x/1-a.png") == [8])
  }

  /// Each text with a part of the message it must give.
  @Test(
    arguments: [
      ("", "it has no rows"), ("path,label\n\"x/a.png,3\n", "does not end"),
      ("path,label\nx/a.png\n", "row 1 has only 1 fields"),
      ("path,label\nx/a.png,123456\n", "the label 123456"),
      ("path,label\nx/a.png,-3\n", "the label '-3'"),
      ("a,b,c\n1,2,3\n", "columns a, b, c are not known"),
      ("path,label\nx/none.png,1\n", "none of its 1 images is there, such as x/none.png"),
    ])
  func saysWhatIsWrong(text: String, message: String) throws {
    let folder = try example(text)
    let error = #expect(throws: FileError.self) { try open(folder.path + "/list.csv") }
    #expect("\(try #require(error))".contains(message))
  }

  @Test func takesColumnsAndClassesThatAreNamed() throws {
    let folder = try example("u,v,w\nx/a.png,dog,cat\nx/d.jpg,cat,\n")
    var options = DatasetOptions()
    options.imageColumn = "u"
    options.labelColumn = "w"
    #expect(try open(folder.path + "/list.csv", options: options).labels == [0, -1])
    let named = try example("u,path,w\n1,x/a.png,cat\n2,x/d.jpg,\n")
    options.imageColumn = nil
    let records = try open(
      named.path + "/list.csv", options: options, classNames: ["ant", "cat"])
    #expect(records.labels == [1, -1])
  }
}

import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite(.requiresContainerFixtures) struct MetadataFolderTests {
  private static func open(
    _ path: String, split: ImageDataset.Split = .training
  ) throws -> any EncodedRecords {
    try #require(try ImageFolderFormat.probe(DatasetPlace(path, split: split)))
      .records(classNames: nil)
  }

  private static func fixture(
    _ name: String, split: ImageDataset.Split = .training
  ) throws -> any EncodedRecords { try open(ContainerFixtures.path(name), split: split) }

  @Test(arguments: [ImageDataset.Split.training, .test])
  func readsJSONLines(split: ImageDataset.Split) throws {
    let expected = try ContainerFixtures.expected("hf-imagefolder-jsonl")
    let records = try Self.fixture("hf-imagefolder-jsonl", split: split)
    try expectSamples(
      records, ContainerFixtures.samples(expected[split == .test ? "test" : "train"]))
    #expect(records.classNames == expected["card_classes"] as? [String])
    #expect(records.format == .huggingFaceFolder)
    let unlisted = records.ignored.filter { $0.name.hasSuffix("unlisted.png") }
    #expect(
      unlisted.map(\.reason) == [
        split == .test
          ? "outside the part of the dataset that is read" : "no row of the table names it"
      ])
  }

  @Test(arguments: [ImageDataset.Split.training, .test])
  func readsCSV(split: ImageDataset.Split) throws {
    let expected = try ContainerFixtures.expected("hf-imagefolder-csv")
    let rows = try #require(
      expected[split == .test ? "test" : "train"] as? [[String: Any]])
    let records = try Self.fixture("hf-imagefolder-csv", split: split)
    #expect(records.classNames == expected["classes"] as? [String])
    #expect(records.labels.map(Int.init) == rows.map { $0["label_sorted"] as? Int })
    #expect(
      records.labels.indices.map { records.name(of: $0).description }
        == rows.map { $0["key"] as? String })
    for (record, row) in rows.enumerated() {
      let image = try PNG.decode(try records.contents(of: record, first: nil), channels: 3)
      #expect(SHA256.hexDigest(image.pixels) == row["sha256"] as? String)
    }
  }

  /// A table above the parts lists one dataset, of which a part can be asked for.
  @Test func readsATableAboveTheParts() throws {
    let expected = try ContainerFixtures.expected("hf-imagefolder-csv-root")
    let samples = try ContainerFixtures.samples(expected["samples"])
    try expectSamples(try Self.fixture("hf-imagefolder-csv-root"), samples)
    try expectSamples(
      try Self.fixture("hf-imagefolder-csv-root", split: .test),
      samples.filter { $0.key.hasPrefix("test/") })
  }

  @Test func readsAZip() throws {
    let expected = try ContainerFixtures.expected("hf-imagefolder-zip")
    let path = ContainerFixtures.path("hf-imagefolder-zip/train.zip")
    let records = try #require(try ZipFormat.probe(DatasetPlace(path, split: .training)))
      .records(classNames: nil)
    try expectSamples(records, ContainerFixtures.samples(expected["train"]))
  }

  @Test(arguments: ["parent", "absolute", "url", "inside-out", "missing"])
  func refusesHostileNames(folder: String) throws {
    let expected = try ContainerFixtures.expected("hf-imagefolder-hostile")
    let entry = try #require(
      (expected["cases"] as? [[String: Any]])?.first { $0["folder"] as? String == folder })
    let error = #expect(throws: FileError.self) {
      try Self.fixture("hf-imagefolder-hostile/" + folder)
    }
    let name = try #require(entry["file_name"] as? String)
    #expect("\(try #require(error))".contains("metadata.jsonl: row 2 names '\(name)'"))
  }

  /// All but the changed label keeps its bytes: other members, their order, escapes, line ends.
  @Test func changesLabelsInTheirRows() throws {
    for (fixture, table, before, after) in [
      (
        "hf-imagefolder-jsonl", "train/metadata.jsonl",
        #"{"file_name": "images/014.png", "label": 8, "caption""#,
        #"{"file_name": "images/014.png", "label": 5, "caption""#
      ),
      ("hf-imagefolder-csv", "train/metadata.csv", "ship,2.png,\r\n", "dog,2.png,\r\n"),
    ] {
      let folder = try TemporaryFolder()
      let source = try Self.fixture(fixture)
      let writer = try source.makeWriter(in: FileName(folder.path))
      try writer.replace(2, contents: nil, kind: nil, label: source.labels[3])
      try writer.replace(4, contents: [1, 2, 3], kind: nil, label: nil)
      #expect(
        try writer.finish(removing: [])
          == source.labels.indices.map { source.name(of: $0).description })
      let old = try filesBelow(ContainerFixtures.path(fixture))
      var new = try filesBelow(folder.path)
      let text = String(decoding: try #require(old[FileName(table)]), as: UTF8.self)
      #expect(text.contains(before))
      #expect(
        String(decoding: try #require(new[FileName(table)]), as: UTF8.self)
          == text.replacing(before, with: after))
      let changed = FileName("train") / source.name(of: 4)
      #expect(new[changed] == [1, 2, 3])
      new[changed] = old[changed]
      new[FileName(table)] = old[FileName(table)]
      #expect(new == old)
      let result = try Self.open(folder.path)
      #expect(result.labels[2] == source.labels[3])
      #expect(try result.storedLabels() == result.labels)
    }
  }

  /// Rows go with their images; a file of another kind gets another name in its row.
  @Test func removesRowsAndRenamesFiles() throws {
    let folder = try TemporaryFolder()
    let source = try Self.fixture("hf-imagefolder-csv")
    let writer = try source.makeWriter(in: FileName(folder.path))
    try writer.replace(3, contents: [9], kind: "webp", label: nil)
    let names = try writer.finish(removing: [0, 1])
    #expect(names.prefix(4) == ["", "", "2.png", "a, b/3.webp"])
    let text = String(decoding: try folder.read("train/metadata.csv"), as: UTF8.self)
    #expect(
      text.hasPrefix("label,file_name,text\r\nship,2.png,\r\ndog,\"a, b/3.webp\",t3\r\n"))
    #expect(try folder.read("train/a, b/3.webp") == [9])
    #expect(!(try folder.entries("train/a, b")).contains("1.png"))
    #expect(try Self.open(folder.path).labels == Array(source.labels.dropFirst(2)))
  }

  /// What is written beside class folders says no more than they do.
  @Test func ownTablesReadAsTheirFolders() throws {
    let folder = try TemporaryFolder()
    for name in ["b/x.png", "a/y.png", "a/z.png"] { try folder.write([1, 2], to: "in/" + name) }
    try FileManager.default.createDirectory(
      atPath: folder.path + "/in/empty", withIntermediateDirectories: true)
    let source = try Self.open(folder.path + "/in")
    let output = FileName(folder.path + "/out")
    try Directory.make(output)
    let writer = try source.makeWriter(in: output)
    try writer.replace(0, contents: nil, kind: nil, label: 1)
    _ = try writer.finish(removing: [])
    #expect(try folder.entries("out").contains("metadata.jsonl"))
    let result = try Self.open(folder.path + "/out")
    #expect(result.format == .imageFolder)
    #expect(result.classNames == ["a", "b", "empty"])
    #expect(try result.summary().map(\.[0]) == ["a/z.png", "b/x.png", "b/y.png"])
    // And written again, its rows follow.
    let again = FileName(folder.path + "/again")
    try Directory.make(again)
    let second = try result.makeWriter(in: again)
    try second.replace(1, contents: nil, kind: nil, label: 0)
    _ = try second.finish(removing: [])
    let text = String(decoding: try folder.read("again/metadata.jsonl"), as: UTF8.self)
    #expect(text.contains(#"{"class":"a","file_name":"a/x.png","label":0}"#))
  }

  /// Captions without labels: the folders are the classes, and rows follow what moves.
  @Test func captionsKeepTheirRows() throws {
    let folder = try TemporaryFolder()
    for name in ["cat/x.png", "dog/x.png"] { try folder.write(Array(name.utf8), to: "in/" + name) }
    let rows =
      #"{"file_name": "dog/x.png", "text": "a dog"}"# + "\n"
      + #"{"text": "a cat", "file_name": "cat/x.png"}"# + "\n"
    try folder.write(Array(rows.utf8), to: "in/metadata.jsonl")
    let source = try Self.open(folder.path + "/in")
    #expect(source.labels == [1, 0])
    #expect(source.classNames == ["cat", "dog"])
    let output = FileName(folder.path + "/out")
    try Directory.make(output)
    let writer = try source.makeWriter(in: output)
    try writer.replace(0, contents: nil, kind: nil, label: 0)
    #expect(try writer.finish(removing: []) == ["cat/dog-x.png", "cat/x.png"])
    #expect(
      String(decoding: try folder.read("out/metadata.jsonl"), as: UTF8.self)
        == rows.replacing("dog/x.png", with: "cat/dog-x.png"))
  }

  @Test(arguments: [
    ("metadata.csv", "file,label\nx.png,1\n", "it has no column file_name (file, label)"),
    ("metadata.csv", "file_name,label\nx.png\n", "row 1 has 1 fields in 2 columns"),
    ("metadata.csv", "file_name,label\n\"x.png,1\n", "a quoted field"),
    ("metadata.jsonl", "{\"file_name\": \"x.png\"}\nnot json\n", "row 2 is no JSON object"),
    ("metadata.jsonl", "{\"file_name\": \"x.png\", \"label\": [1]}\n", "row 1 has a 'label'"),
    ("metadata.jsonl", "{\"file_name\": \"x.png\", \"label\": 1e30}\n", "row 1 has a 'label'"),
    ("metadata.parquet", "PAR1", "write it as metadata.csv or metadata.jsonl"),
  ])
  func refusesDamagedTables(name: String, text: String, message: String) throws {
    let folder = try TemporaryFolder()
    try folder.write([1], to: "x.png")
    try folder.write(Array(text.utf8), to: name)
    let error = #expect(throws: FileError.self) { try Self.open(folder.path) }
    #expect("\(try #require(error))".contains("\(name): "))
    #expect("\(try #require(error))".contains(message))
  }
}

import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite(.requiresContainerFixtures) struct ParquetWritingTests {
  private static let variants =
    (try? FileManager.default.contentsOfDirectory(
      atPath: ContainerFixtures.path("parquet-variants")))?
    .filter { $0.hasSuffix(".parquet") }.sorted() ?? []

  private static func open(_ path: String) throws -> any EncodedRecords {
    try #require(try ParquetFormat.probe(DatasetPlace(path, split: .training)))
      .records(classNames: nil)
  }

  private func copy(
    _ records: any EncodedRecords, to folder: TemporaryFolder, removing removed: Set<Int> = [],
    _ change: (any EncodedRecordWriter) throws -> Void = { _ in }
  ) throws -> [String] {
    let writer = try records.makeWriter(in: FileName(folder.path))
    try change(writer)
    return try writer.finish(removing: removed)
  }

  @Test(arguments: variants) func anUnchangedFileKeepsItsBytes(name: String) throws {
    let folder = try TemporaryFolder()
    let path = ContainerFixtures.path("parquet-variants/" + name)
    let names = try copy(try Self.open(path), to: folder)
    #expect(names == names.indices.map { String($0) })
    #expect(try folder.entries() == [name])
    #expect(try folder.read(name) == RandomAccessFile.contents(path))
  }

  /// A new image and a new label in each layout, and rows removed from it.
  @Test(arguments: variants, [[], [0, 5, 15]] as [Set<Int>])
  func changesOnlyWhatIsChanged(name: String, removed: Set<Int>) throws {
    let source = try Self.open(ContainerFixtures.path("parquet-variants/" + name))
    guard source.labels.count == 16 else { return }
    let folder = try TemporaryFolder()
    let image = patternBytes(100_000)
    let label = source.labels[3]
    let names = try copy(source, to: folder, removing: removed) { writer in
      try writer.replace(1, contents: image, kind: "png", label: nil)
      try writer.replace(2, contents: nil, kind: nil, label: label)
      try writer.replace(11, contents: [7], kind: nil, label: label)
    }
    #expect(names.filter { !$0.isEmpty } == (0..<16 - removed.count).map { String($0) })
    let result = try Self.open(folder.path + "/" + name)
    #expect(result.classNames == source.classNames)
    var expected = try source.summary()
    for (row, bytes) in [(1, image), (11, [7])] {
      expected[row][2] = String(SHA256.hexDigest(bytes).prefix(16))
    }
    for row in [2, 11] { expected[row][1] = label < 0 ? "-" : source.classNames[Int(label)] }
    let kept = expected.indices.filter { !removed.contains($0) }
    let numbered = kept.enumerated().map { place, row in
      [String(place)] + expected[row].dropFirst()
    }
    #expect(try result.summary() == numbered)
  }

  /// Only the changed shard is written anew, and the other split and the card are copied.
  @Test func writesTheFolderOfTheHub() throws {
    let folder = try TemporaryFolder()
    let source = try Self.open(ContainerFixtures.path("hf-parquet-shards"))
    _ = try copy(source, to: folder, removing: [23]) { writer in
      try writer.replace(9, contents: [1, 2, 3], kind: "png", label: 7)
    }
    for name in [
      "README.md", "data/train-00000-of-00003.parquet", "data/test-00000-of-00001.parquet",
    ] {
      #expect(
        try folder.read(name)
          == RandomAccessFile.contents(ContainerFixtures.path("hf-parquet-shards/" + name)))
    }
    #expect(
      try folder.entries() == ["README.md", "data", "expected.json", "reference.safetensors"])
    let result = try Self.open(folder.path)
    var expected = try source.summary()
    expected[9] = ["9", "horse", String(SHA256.hexDigest([1, 2, 3]).prefix(16))]
    #expect(try result.summary() == expected.dropLast())
    #expect(try result.storedLabels() == result.labels)
  }

  /// `datasets` refuses a folder whose card counts other rows than there are
  /// (`NonMatchingSplitsSizesError`).
  @Test func theCardCountsTheRowsThatStay() throws {
    let folder = try TemporaryFolder()
    let card =
      "---\r\nsplits:\n- name: test\n  num_examples: 24\n"
      + "- name: train\n  num_bytes: 24\n  num_examples: 24 \n---\n  num_examples: 24"
    try folder.write(Array(card.utf8), to: "in/README.md")
    for number in 0..<3 {
      let name = "data/train-0000\(number)-of-00003.parquet"
      try folder.write(
        try RandomAccessFile.contents(ContainerFixtures.path("hf-parquet-shards/" + name)),
        to: "in/" + name)
    }
    let source = try Self.open(folder.path + "/in")
    for (name, removed) in [("same", []), ("less", [1, 9])] as [(String, Set<Int>)] {
      let output = FileName(folder.path) / FileName(name)
      try Directory.make(output)
      _ = try source.makeWriter(in: output).finish(removing: removed)
      let expected = card.replacing(
        "24\n  num_examples: 24 ", with: "24\n  num_examples: \(24 - removed.count) ")
      #expect(String(decoding: try folder.read(name + "/README.md"), as: UTF8.self) == expected)
    }
  }

  @Test func aShardMayLoseAllRows() throws {
    let folder = try TemporaryFolder()
    let source = try Self.open(ContainerFixtures.path("hf-parquet-shards"))
    _ = try copy(source, to: folder, removing: Set(8..<16))
    let result = try Self.open(folder.path)
    #expect(
      result.labels.map(Int.init)
        == (Array(0..<8) + Array(16..<24)).map { Int(source.labels[$0]) })
  }

  @Test func refusesALabelThatTheColumnCannotHold() throws {
    let folder = try TemporaryFolder()
    let source = try Self.open(ContainerFixtures.path("parquet-variants/label-uint8.parquet"))
    let error = #expect(throws: FileError.self) {
      try copy(source, to: folder) { try $0.replace(0, contents: nil, kind: nil, label: -1) }
    }
    #expect("\(try #require(error))".contains("cannot hold the new label"))
  }
}

import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite(.requiresContainerFixtures) struct ArrowWritingTests {
  private static let variants = [
    "dictionary", "file", "no-end", "sliced", "stream-batches", "stream-lz4", "stream-zstd",
    "stream",
  ]

  private static func open(
    _ path: String, split: ImageDataset.Split = .training
  ) throws -> any EncodedRecords {
    try #require(try ArrowFormat.probe(DatasetPlace(path, split: split)))
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
    let path = ContainerFixtures.path("arrow-variants/\(name).arrow")
    _ = try copy(try Self.open(path), to: folder)
    #expect(try folder.entries() == ["\(name).arrow"])
    #expect(try folder.read("\(name).arrow") == RandomAccessFile.contents(path))
  }

  @Test(arguments: variants, [[], [0, 3, 6]] as [Set<Int>])
  func changesOnlyWhatIsChanged(name: String, removed: Set<Int>) throws {
    let source = try Self.open(ContainerFixtures.path("arrow-variants/\(name).arrow"))
    let folder = try TemporaryFolder()
    let image = patternBytes(100_000)
    let label = source.labels[4]
    _ = try copy(source, to: folder, removing: removed) { writer in
      try writer.replace(1, contents: image, kind: "png", label: nil)
      try writer.replace(2, contents: nil, kind: nil, label: label)
      try writer.replace(5, contents: [7], kind: nil, label: label)
    }
    let result = try Self.open(folder.path + "/\(name).arrow")
    var expected = try source.summary()
    for (row, bytes) in [(1, image), (5, [7])] {
      expected[row][2] = String(SHA256.hexDigest(bytes).prefix(16))
    }
    for row in [2, 5] { expected[row][1] = source.classNames[Int(label)] }
    let kept = expected.indices.filter { !removed.contains($0) }
    let numbered = kept.enumerated().map { place, row in
      [String(place)] + expected[row].dropFirst()
    }
    #expect(try result.summary() == numbered)
    #expect(try result.storedLabels() == result.labels)
  }

  /// Other splits, and what `datasets` notes beside the files, are copied.
  @Test func writesTheFoldersOfADictionary() throws {
    let folder = try TemporaryFolder()
    let path = ContainerFixtures.path("hf-arrow-dict/saved")
    let source = try Self.open(path, split: .test)
    _ = try copy(source, to: folder, removing: [1]) { writer in
      try writer.replace(0, contents: nil, kind: nil, label: 9)
      // Without a label from now on, and one that had none.
      try writer.replace(2, contents: nil, kind: nil, label: -1)
      try writer.replace(3, contents: nil, kind: nil, label: 4)
    }
    for name in [
      "dataset_dict.json", "train/data-00000-of-00001.arrow", "test/state.json",
      "test/dataset_info.json",
    ] {
      #expect(try folder.read(name) == RandomAccessFile.contents(path + "/" + name))
    }
    let result = try Self.open(folder.path, split: .test)
    #expect(result.labels == [9, -1, 4])
    #expect(result.problem(of: 2) == "the image is null")
    #expect(
      try result.contents(of: 1, first: nil) == source.contents(of: 2, first: nil))
  }

  /// Whatever byte is changed: an error of one line, or other values, but no crash.
  @Test(arguments: variants) func changedBytesAreErrorsAtMost(name: String) throws {
    let folder = try TemporaryFolder()
    let source = try RandomAccessFile.contents(
      ContainerFixtures.path("arrow-variants/\(name).arrow"))
    for attempt in 0..<150 {
      var bytes = source
      // Mostly in the metadata: of the schema, the first batch, and the footer.
      let places = attempt % 3 == 0 ? source.count - 1200..<source.count : 0..<2200
      for change in 0...attempt % 4 {
        let mixed = (attempt * 31 + change) &* 2_654_435_761
        bytes[places.lowerBound + (mixed >> 8) % places.count] ^= UInt8(1 + mixed >> 5 & 0xFE)
      }
      try folder.write(bytes, to: "x.arrow")
      do {
        let records = try Self.open(folder.path + "/x.arrow")
        for record in records.labels.indices where records.problem(of: record) == nil {
          _ = try records.contents(of: record, first: nil)
        }
        let output = try TemporaryFolder()
        _ = try copy(records, to: output, removing: [0])
      } catch {
        #expect(!"\(error)".contains("\n"))
        #expect("\(error)".contains("x.arrow"), "\(error)")
      }
    }
  }

  @Test(arguments: [1, 4, 7, 500, 2000])
  func filesThatAreCutShortAreRefused(size: Int) throws {
    let folder = try TemporaryFolder()
    let source = try RandomAccessFile.contents(
      ContainerFixtures.path("arrow-variants/stream.arrow"))
    try folder.write(Array(source.prefix(size)), to: "x.arrow")
    let error = #expect(throws: FileError.self) { try Self.open(folder.path + "/x.arrow") }
    #expect("\(try #require(error))".contains("x.arrow: it is cut short"))
  }

  /// A list of files that leads out of the folder.
  @Test(arguments: ["../x.arrow", "/etc/x.arrow", "..", ""])
  func hostileNamesAreRefused(name: String) throws {
    let folder = try TemporaryFolder()
    let path = ContainerFixtures.path("hf-arrow-dict/saved/train")
    try folder.write(
      try RandomAccessFile.contents(path + "/data-00000-of-00001.arrow"), to: "data.arrow")
    try folder.write(
      Array(#"{"_data_files": [{"filename": "\#(name)"}]}"#.utf8), to: "state.json")
    let error = #expect(throws: FileError.self) { try Self.open(folder.path) }
    #expect("\(try #require(error))".contains("which is no plain name"))
  }
}

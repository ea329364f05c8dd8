import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite(.requiresContainerFixtures) struct ArrowTests {
  private static func open(
    _ path: String, split: ImageDataset.Split = .training
  ) throws -> any EncodedRecords {
    try #require(try ArrowFormat.probe(DatasetPlace(path, split: split)))
      .records(classNames: nil)
  }

  private static func fixture(
    _ name: String, split: ImageDataset.Split = .training
  ) throws -> any EncodedRecords { try open(ContainerFixtures.path(name), split: split) }

  /// The digest of the pixels of a PNG file; nil for a JPEG file.
  private static func pixels(_ records: any EncodedRecords, _ record: Int) throws -> String? {
    let bytes = try records.contents(of: record, first: nil)
    if bytes.first == 0xFF { return nil }
    return SHA256.hexDigest(try PNG.decode(bytes, channels: 3).pixels)
  }

  /// `hashlib.sha256(b"".join(row["bytes"] for row in images)).hexdigest()[:16]`.
  private static func digest(_ records: any EncodedRecords) throws -> Substring {
    try SHA256.hexDigest(
      records.labels.indices.flatMap { try records.contents(of: $0, first: nil) }
    ).prefix(16)
  }

  private static func check(_ records: any EncodedRecords, _ rows: [[String: Any]]) throws {
    #expect(records.labels.count == rows.count)
    for (record, row) in rows.enumerated() {
      let label = records.labels[record]
      #expect(Int(label) == row["label"] as? Int ?? -1)
      #expect(label < 0 || records.classNames[Int(label)] == row["class"] as? String)
      #expect(records.name(of: record).description == row["key"] as? String)
      if let digest = row["sha256"] as? String {
        #expect(try pixels(records, record) ?? digest == digest, "record \(record)")
      } else {
        #expect(records.problem(of: record) == "the image is null")
      }
    }
  }

  @Test func readsWhatWasSavedToDisk() throws {
    let expected = try ContainerFixtures.expected("hf-arrow-dataset")
    let records = try Self.fixture("hf-arrow-dataset/saved")
    #expect(records.classNames == expected["classes"] as? [String])
    try Self.check(records, try #require(expected["samples"] as? [[String: Any]]))
    #expect(try Self.digest(records) == "2f5d2e0d190a0b89")
  }

  @Test(arguments: [ImageDataset.Split.training, .test])
  func readsTheSplitsOfADictionary(split: ImageDataset.Split) throws {
    let expected = try ContainerFixtures.expected("hf-arrow-dict")
    let records = try Self.fixture("hf-arrow-dict/saved", split: split)
    try Self.check(
      records,
      try #require(expected[split == .test ? "test" : "train"] as? [[String: Any]]))
    let error = #expect(throws: FileError.self) {
      try Self.fixture("hf-arrow-dict/saved", split: .validation)
    }
    #expect("\(try #require(error))".contains("no validation split; choose one of train, test"))
  }

  /// The folder above the one that was saved.
  @Test func findsWhatWasSaved() throws {
    let above = try Self.fixture("hf-arrow-dict", split: .test)
    #expect(try above.summary() == Self.fixture("hf-arrow-dict/saved", split: .test).summary())
    #expect(try Self.fixture("hf-arrow-dataset").labels.count == 20)
  }

  private static let variants = (try? files()) ?? []

  private static func files() throws -> [String] {
    let expected = try ContainerFixtures.expected("arrow-variants")["files"] as? [[String: Any]]
    return (expected ?? []).compactMap { $0["file"] as? String }
  }

  @Test(arguments: variants) func readsEachKindOfFile(name: String) throws {
    let expected = try ContainerFixtures.expected("arrow-variants")["files"] as? [[String: Any]]
    let entry = try #require(expected?.first { $0["file"] as? String == name })
    guard let samples = entry["samples"] as? [[Any]] else {
      let error = #expect(throws: FileError.self) { try Self.fixture("arrow-variants/" + name) }
      #expect("\(try #require(error))".contains("\(name): it is cut short in the message at byte"))
      return
    }
    let records = try Self.fixture("arrow-variants/" + name)
    #expect(records.labels.count == samples.count)
    for (record, sample) in samples.enumerated() {
      let label = records.labels[record]
      if let text = sample[0] as? String {
        #expect(records.classNames[Int(label)] == text)
      } else {
        #expect(Int(label) == sample[0] as? Int ?? -1)
      }
      let pixels = try Self.pixels(records, record)
      #expect(pixels == nil || pixels == sample[1] as? String)
    }
    #expect(
      try Self.digest(records) == (samples.count == 7 ? "a55a74e022eef67e" : "75aea03313a38687"))
  }
}

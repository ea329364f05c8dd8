import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite(.requiresContainerFixtures) struct ParquetTests {
  private static func open(
    _ name: String, split: ImageDataset.Split = .training, options: DatasetOptions = .init(),
    classNames: [String]? = nil
  ) throws -> any EncodedRecords {
    try #require(
      try ParquetFormat.probe(
        DatasetPlace(ContainerFixtures.path(name), split: split, options: options))
    ).records(classNames: classNames)
  }

  /// The digest of the pixels of a PNG file.
  private static func pixels(_ records: any EncodedRecords, _ record: Int) throws -> String {
    let bytes = try records.contents(of: record, first: nil)
    return SHA256.hexDigest(try PNG.decode(bytes, channels: 3).pixels)
  }

  @Test(arguments: [ImageDataset.Split.training, .test])
  func readsShardsOfTheHub(split: ImageDataset.Split) throws {
    let expected = try ContainerFixtures.expected("hf-parquet-shards")
    let rows = try #require(
      expected[split == .test ? "test" : "train"] as? [[String: Any]])
    let records = try Self.open("hf-parquet-shards", split: split)
    #expect(records.classNames == expected["classes"] as? [String])
    #expect(records.labels.map(Int.init) == rows.map { $0["label"] as? Int })
    #expect(
      records.labels.indices.map { records.name(of: $0).description }
        == rows.map { $0["key"] as? String })
    if split == .training {
      for record in records.labels.indices {
        #expect(try Self.pixels(records, record) == rows[record]["sha256"] as? String)
      }
      #expect(
        records.ignored.map { "\($0.name): \($0.reason)" } == [
          "README.md: not a Parquet file", "data/test-00000-of-00001.parquet: of the test split",
          "expected.json: not a Parquet file", "reference.safetensors: not a Parquet file",
        ])
    } else {
      #expect(try records.contents(of: 0, first: 2) == [0xFF, 0xD8])
    }
  }

  private static let variants: [String] = {
    let files = (try? ContainerFixtures.expected("parquet-variants"))?["files"] as? [[String: Any]]
    return (files ?? []).compactMap { $0["file"] as? String }
  }()

  /// Of the image files i0 to i15 as pyarrow reads them, the same in all variants:
  /// `hashlib.sha256(row["image"]["bytes"]).hexdigest()[:16]`.
  private static let digests: [Substring] = [
    "20c1884362bbf781", "87b7cd08f060b4c1", "9001954721c49bf5", "10fde72fe8345433",
    "911c0aecc0061285", "e01d36ffdac97114", "eb0f7d0fd5a21a3c", "b286810e7897bacc",
    "dd2e26fadac96a97", "dffba31bca40fa03", "7262d6509e9e8416", "643a1f57283a09d3",
    "d5852aee31eb4273", "8adaefe3d2dee5c8", "fa687e7bd8ab63ca", "813e5e6f5dd729f4",
  ]

  @Test(arguments: variants)
  func readsEachPhysicalLayout(file: String) throws {
    let expected = try ContainerFixtures.expected("parquet-variants")
    let entry = try #require(
      (expected["files"] as? [[String: Any]])?.first { $0["file"] as? String == file })
    let samples = try #require(entry["samples"] as? [[Any]])
    let records = try Self.open("parquet-variants/" + file)
    #expect(records.labels.count == samples.count)
    for (record, sample) in samples.enumerated() {
      let label = records.labels[record]
      switch sample[0] {
      case let number as Int: #expect(Int(label) == number, "record \(record)")
      case let text as String: #expect(records.classNames[Int(label)] == text)
      default: #expect(label == -1)
      }
      if let image = sample[1] as? String {
        #expect(records.problem(of: record) == nil)
        let bytes = try records.contents(of: record, first: nil)
        #expect(
          SHA256.hexDigest(bytes).prefix(16) == Self.digests[Int(image.dropFirst()) ?? 99])
        #expect(try records.contents(of: record, first: 12) == Array(bytes.prefix(12)))
      } else {
        #expect(records.problem(of: record) != nil)
        #expect(throws: FileError.self) { try records.contents(of: record, first: nil) }
      }
    }
  }

  /// Where a file says nothing of its classes, the dataset's card may.
  @Test func theCardNamesClasses() throws {
    let folder = try TemporaryFolder()
    let file = ContainerFixtures.path("parquet-variants/duckdb.parquet")
    try folder.write(try RandomAccessFile.contents(file), to: "train.parquet")
    let card = ContainerFixtures.path("hf-parquet-shards/README.md")
    try folder.write(try RandomAccessFile.contents(card), to: "README.md")
    let records = try #require(try ParquetFormat.probe(DatasetPlace(folder.path, split: .training)))
      .records(classNames: nil)
    #expect(records.labels.prefix(2) == [3, 0])
    #expect(records.classNames.prefix(4) == ["airplane", "automobile", "bird", "cat"])
  }
}

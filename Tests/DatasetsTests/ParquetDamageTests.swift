import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite(.requiresContainerFixtures) struct ParquetDamageTests {
  private func readAll(_ path: String) throws {
    let records = try #require(try ParquetFormat.probe(DatasetPlace(path, split: .training)))
      .records(classNames: nil)
    for record in records.labels.indices where records.problem(of: record) == nil {
      _ = try records.contents(of: record, first: nil)
    }
  }

  /// Whatever byte is changed: an error of one line, or other values, but no crash.
  @Test(
    arguments: [
      "codec-none", "codec-snappy", "codec-gzip", "codec-zstd", "delta", "duckdb-v2",
      "v2-pages-rle", "small-pages", "image-null", "label-categorical",
    ])
  func changedBytesAreErrorsAtMost(name: String) throws {
    let folder = try TemporaryFolder()
    let source = try RandomAccessFile.contents(
      ContainerFixtures.path("parquet-variants/\(name).parquet"))
    let footer = source.suffix(8).prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    for attempt in 0..<120 {
      var bytes = source
      // Half of them in the footer, some in the first page, where one byte matters most.
      let places = attempt % 2 == 0 ? source.count - 8 - footer..<source.count : 4..<400
      for change in 0...attempt % 3 {
        let mixed = (attempt * 31 + change) &* 2_654_435_761
        bytes[places.lowerBound + (mixed >> 8) % places.count] ^= UInt8(1 + mixed >> 5 & 0xFE)
      }
      try folder.write(bytes, to: "x.parquet")
      do {
        try readAll(folder.path + "/x.parquet")
      } catch {
        #expect(!"\(error)".contains("\n"))
        #expect("\(error)".contains("x.parquet"), "\(error)")
      }
    }
  }

  @Test(arguments: [0, 3, 11, 12, 5000, 33000])
  func filesThatAreCutShortAreRefused(size: Int) throws {
    let folder = try TemporaryFolder()
    let source = try RandomAccessFile.contents(
      ContainerFixtures.path("parquet-variants/codec-none.parquet"))
    try folder.write(Array(source.prefix(size)), to: "x.parquet")
    let error = #expect(throws: FileError.self) { try readAll(folder.path + "/x.parquet") }
    #expect("\(try #require(error))".contains("x.parquet: "))
  }

  @Test func aWrongChecksumIsNamed() throws {
    let folder = try TemporaryFolder()
    var bytes = try RandomAccessFile.contents(
      ContainerFixtures.path("parquet-variants/checksums-page-index.parquet"))
    bytes[2000] ^= 1
    try folder.write(bytes, to: "x.parquet")
    let error = #expect(throws: FileError.self) { try readAll(folder.path + "/x.parquet") }
    #expect("\(try #require(error))".contains("row 0: a page's checksum is wrong"))
  }

  private static func options(image: String? = nil, label: String? = nil) -> DatasetOptions {
    var options = DatasetOptions()
    options.imageColumn = image
    options.labelColumn = label
    return options
  }

  /// Columns that are named, missing, or of the wrong kind.
  @Test func theUserChoosesColumns() throws {
    func open(_ options: DatasetOptions) throws -> any EncodedRecords {
      let path = ContainerFixtures.path("parquet-variants/extra-columns.parquet")
      return try #require(
        try ParquetFormat.probe(DatasetPlace(path, split: .training, options: options))
      ).records(classNames: nil)
    }
    let byText = try open(Self.options(image: "image", label: "id"))
    #expect(byText.classNames.count == 16)
    for (options, message) in [
      (Self.options(image: "picture"), "has no column 'picture'; choose one of image"),
      (Self.options(image: "box"), "column 'box' holds no images; choose one of image"),
      (Self.options(label: "when"), "column 'when' holds no labels; choose one of id"),
    ] {
      let error = #expect(throws: FileError.self) { try open(options) }
      #expect("\(try #require(error))".contains(message))
    }
  }

  /// The labels of a related dataset, by the names of classes or by their numbers.
  @Test func takesTheClassesOfARelatedDataset() throws {
    func open(_ name: String, _ classNames: [String]) throws -> any EncodedRecords {
      let path = ContainerFixtures.path("parquet-variants/\(name).parquet")
      return try #require(try ParquetFormat.probe(DatasetPlace(path, split: .training)))
        .records(classNames: classNames)
    }
    let names = ["dog", "cat", "airplane", "zebra", "ship"]
    for name in ["label-strings", "codec-none"] {
      let records = try open(name, names)
      #expect(records.classNames == names)
      #expect(records.labels.prefix(4) == [1, 2, 4, 0])
    }
    #expect(throws: DatasetError.self) { try open("label-strings", ["dog", "cat"]) }
    #expect(throws: DatasetError.self) { try open("codec-none", ["dog", "cat"]) }
  }
}

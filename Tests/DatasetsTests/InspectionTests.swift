import Datasets
import Support
import TestSupport
import Testing

/// What there is in a dataset, by decoding it or by its headers.
@Suite struct InspectionTests {
  private let folder: TemporaryFolder

  /// Two equal images, another, and one that is damaged behind its header.
  init() throws {
    folder = try TemporaryFolder()
    let shape = ImageShape(height: 5, width: 7, channels: 3)
    for (name, seed) in [("a/1.png", 0), ("a/2.png", 0), ("b/3.png", 1), ("b/4.png", 2)] {
      let path = FileName(folder.path) / FileName(name)
      try Directory.make(path.parent)
      let image = RasterImage(shape: shape, pixels: patternBytes(105, seed: seed))
      var bytes = try PNG.encode(image)
      // The data begin at byte 41.
      if name == "b/4.png" { bytes[50] ^= 0xFF }
      try RandomAccessFile.write(bytes, to: path)
    }
  }

  private func summary(decodes: Bool) throws -> InspectionSummary {
    try InspectionSummary(try DatasetInspection(folder.path, decodes: decodes))
  }

  @Test func decodingShowsDamageAndDuplicates() throws {
    let found = try summary(decodes: true)
    #expect(found.records == 4 && found.samples == 3)
    #expect(found.problems.map(\.key) == ["b/4.png"])
    #expect(found.duplicates.map(\.keys) == [["a/1.png", "a/2.png"]])
    #expect(found.sizes.map(\.count) == [3])
  }

  @Test func headersTellSizesAndLabels() throws {
    let found = try summary(decodes: false)
    #expect(found.records == 4 && found.samples == 4 && found.classes.map(\.count) == [2, 2])
    #expect(found.problems.isEmpty && found.duplicates.isEmpty)
    let size = try #require(found.sizes.first)
    #expect([size.width, size.height, size.channels, size.count] == [7, 5, 3, 4])
    var hashes = 0
    try DatasetInspection(folder.path, decodes: false).forEachRecord {
      if $0.sha256 != nil { hashes += 1 }
    }
    #expect(hashes == 0)
  }
}

import Datasets
import Foundation
import Support
import TestSupport
import Testing

/// Names of an image folder are bytes, whatever text they make.
@Suite struct FolderNameTests {
  private let folder: TemporaryFolder
  private let root: FileName
  private let shape = ImageShape(height: 2, width: 3, channels: 3)

  init() throws {
    folder = try TemporaryFolder()
    root = FileName(folder.path) / FileName("data")
  }

  private func write(_ names: [FileName]) throws {
    for (index, name) in names.enumerated() {
      let path = root / name
      try Directory.make(path.parent)
      let image = RasterImage(shape: shape, pixels: patternBytes(18, seed: index * 9))
      try RandomAccessFile.write(try PNG.encode(image), to: path)
    }
  }

  /// All files below a folder, with their bytes.
  private func files(_ root: FileName) throws -> [FileName: [UInt8]] {
    var result: [FileName: [UInt8]] = [:]
    for folder in try Directory.entries(root) where Directory.kind(root / folder) == .directory {
      for name in try Directory.entries(root / folder) {
        result[folder / name] = try RandomAccessFile.contents(root / folder / name)
      }
    }
    return result
  }

  @Test func classesThatDifferInNormalizationStayApart() throws {
    let names = ["caf\u{E9}/a.png", "cafe\u{301}/a.png", "cafe\u{301}/b.png"].map { FileName($0) }
    try write(names)
    let dataset = try ImageDataset.open(folder.path + "/data")
    #expect(dataset.classNames.map { FileName($0) } == ["cafe\u{301}", "caf\u{E9}"].map { FileName($0) })
    #expect(dataset.labels == [0, 0, 1])
    #expect(try dataset.images([2]) == patternBytes(18))
    // The names are taken, whatever their normalization.
    let writer = try DatasetWriter(copying: dataset, to: folder.path + "/out")
    try writer.replace(0, label: 1)
    #expect(try writer.finishLayout().map { FileName($0) }[0] == FileName("caf\u{E9}/cafe\u{301}-a.png"))
    try writer.commit()
    #expect(
      try ImageDataset.open(folder.path + "/out", classNames: dataset.classNames).labels == [0, 1, 1])
  }

  @Test func namesThatAreNotUTF8KeepTheirBytes() throws {
    let latin = FileName(bytes: [0x63, 0xE9])
    let names = [
      latin / FileName(bytes: [0xE9, 0x31] + ".png".utf8), latin / FileName("b.png"),
      FileName("z") / FileName(bytes: [0xFF] + ".PNG".utf8), FileName("z/\u{301}x.png"),
      FileName("z/a\\xE9.png"),
    ]
    try write(names)
    let dataset = try ImageDataset.open(folder.path + "/data")
    #expect(dataset.classNames == ["c\\xE9", "z"])
    #expect(dataset.labels == [0, 0, 1, 1, 1])
    #expect((0..<5).map { FileName(escaped: dataset.name(of: $0)) } == names.sorted())
    try DatasetWriter(copying: dataset, to: folder.path + "/copy").commit()
    #expect(try files(FileName(folder.path + "/copy")) == files(root))
    // A new label leads into the folder with the same bytes.
    let writer = try DatasetWriter(copying: dataset, to: folder.path + "/out")
    try writer.replace(2, label: 0)
    let new = try writer.finishLayout()
    try writer.commit()
    #expect(FileName(escaped: new[2]).firstComponent == latin)
    let moved = FileName(folder.path + "/out") / FileName(escaped: new[2])
    #expect(
      try RandomAccessFile.contents(moved)
        == RandomAccessFile.contents(root / FileName(escaped: dataset.name(of: 2))))
    let lines = try folder.read("out/metadata.jsonl").split(separator: UInt8(ascii: "\n"))
    #expect(lines.allSatisfy { String(validating: $0, as: UTF8.self) != nil })
  }

  @Test func fingerprintsTellNamesApart() throws {
    try write([FileName("a/caf\u{E9}.png")])
    let composed = try ImageDataset.open(folder.path + "/data").fingerprint()
    try (root / FileName("a/caf\u{E9}.png")).rename(to: root / FileName("a/cafe\u{301}.png"))
    #expect(try ImageDataset.open(folder.path + "/data").fingerprint() != composed)
    #expect(composed.count == 64)
  }

  @Test func linksThatLeadNowhereAreRefused() throws {
    try write([FileName("a/x.png"), FileName("b/x.png")])
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/data/c", withDestinationPath: "/nowhere/c")
    let error = #expect(throws: FileError.self) { try ImageDataset.open(folder.path + "/data") }
    #expect("\(try #require(error))".contains("/data/c: the link leads nowhere"))
  }

  @Test func outputsAreNoClasses() throws {
    try write([FileName("a/x.png"), FileName("b/x.png")])
    let data = folder.path + "/data"
    let dataset = try ImageDataset.open(data)
    let error = #expect(throws: FileError.self) {
      try DatasetWriter(copying: dataset, to: data + "/out")
    }
    #expect("\(try #require(error))".contains("it lies in the input"))
    // One that is there all the same, from before or moved there.
    try DatasetWriter(copying: dataset, to: folder.path + "/out").commit()
    try FileName(folder.path + "/out").rename(to: root / FileName("out"))
    #expect(try ImageDataset.open(data).classNames == ["a", "b"])
    // But a dataset may be an output itself.
    #expect(try ImageDataset.open(data + "/out").classNames == ["a", "b"])
  }
}

import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite struct GroundTruthTests {
  private static let poison = """
    {"attack": "to come", "version": 99, "count": 4, "samples": [
      {"index": 3, "label": 1, "originalLabel": 0}, {"index": 0, "label": 1, "originalLabel": 1}]}
    """
  private static let marks = #"{"count": 4, "samples": [{"index": 2, "label": 0}]}"#

  /// Four images of two classes as `data`.
  private func example() throws -> (folder: TemporaryFolder, dataset: ImageDataset) {
    let folder = try TemporaryFolder()
    for name in ["a/1.png", "a/2.png", "b/1.png", "b/2.png"] {
      try folder.write([], to: "data/" + name)
      let shape = ImageShape(height: 2, width: 2, channels: 1)
      try PNG.write(RasterImage(shape: shape, filledWith: 9), to: folder.path + "/data/" + name)
    }
    return (folder, try ImageDataset.open(folder.path + "/data"))
  }

  /// Of any attack and version: only what all manifests have is read.
  @Test func readsTheManifestOfAnAttackOrOfMarks() throws {
    let (folder, dataset) = try example()
    try folder.write(Array(Self.poison.utf8), to: "p/" + GroundTruth.poisonFile)
    try folder.write(Array(Self.marks.utf8), to: "m/" + GroundTruth.markFile)
    for path in ["p", "p/poison-manifest.json"] {
      let truth = try GroundTruth.load(folder.path + "/" + path, of: dataset)
      #expect(truth.indices == [0, 3] && truth.count == 4 && !truth.keepsLabels)
      #expect(truth.samples.map(\.originalLabel) == [0, 1])
    }
    for path in ["m", "m/mark-manifest.json"] {
      let truth = try GroundTruth.load(folder.path + "/" + path, of: dataset)
      #expect(truth.indices == [2] && truth.keepsLabels)
    }
    // Where there are both, the attack came last.
    try folder.write(Array(Self.poison.utf8), to: "m/" + GroundTruth.poisonFile)
    #expect(try GroundTruth.load(folder.path + "/m", of: dataset).indices == [0, 3])
  }

  /// A pipe that nobody writes to must not be waited for.
  @Test func aPipeIsNoManifest() throws {
    let (folder, dataset) = try example()
    try folder.write([], to: "p/other")
    mkfifo(folder.path + "/p/" + GroundTruth.poisonFile, 0o600)
    let error = #expect(throws: FileError.self) {
      try GroundTruth.load(folder.path + "/p", of: dataset)
    }
    #expect("\(try #require(error))".contains("it is not a regular file"))
  }

  /// Changes of a good manifest, and what the error says.
  @Test(arguments: [
    (#""count": 4"#, #""count": 5"#, "it is of 5 samples"),
    (#""index": 3"#, #""index": 4"#, "names samples twice"),
    (#""index": 3"#, #""index": -1"#, "names samples twice"),
    (#""index": 3"#, #""index": 0"#, "names samples twice"),
    (#""index": 3"#, #""index": "3""#, "no manifest of manipulated samples"),
    ("samples", "simples", "no manifest of manipulated samples"),
  ])
  func refusesOthersAndDamage(part: String, replacement: String, message: String) throws {
    let (folder, dataset) = try example()
    try folder.write(
      Array(Self.poison.replacingOccurrences(of: part, with: replacement).utf8), to: "bad.json")
    let error = #expect(throws: FileError.self) {
      try GroundTruth.load(folder.path + "/bad.json", of: dataset)
    }
    #expect(try #require(error).description.contains(message))
    #expect(throws: FileError.notFound(path: folder.path + "/poison-manifest.json")) {
      try GroundTruth.load(folder.path, of: dataset)
    }
  }
}

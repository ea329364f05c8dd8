import Datasets
import TestSupport
import Testing

/// Samples that are left out of a copy, in every layout.
@Suite struct RemovalTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Copies `name` without some samples, of which one is replaced before; returns the names.
  private func remove(_ samples: [Int], from name: String) throws -> [String] {
    let dataset = try ImageDataset.open(folder.path + "/" + name)
    let writer = try DatasetWriter(copying: dataset, to: folder.path + "/out")
    try writer.replace(1, image: patternBytes(dataset.shape.byteCount, seed: 77))
    try writer.remove(samples)
    let names = try writer.finishLayout()
    try writer.commit()
    let result = try ImageDataset.open(folder.path + "/out")
    let kept = (0..<dataset.count).filter { !samples.contains($0) }
    #expect(result.labels == kept.map { dataset.labels[$0] })
    for (place, sample) in kept.enumerated() {
      let expected =
        sample == 1
        ? patternBytes(dataset.shape.byteCount, seed: 77) : try dataset.images([sample])
      #expect(try result.images([place]) == expected, "sample \(sample)")
    }
    return names
  }

  @Test func cifarRecordsCloseUp() throws {
    try folder.write(cifarBatch([1, 2, 7]), to: "data/data_batch_1.bin")
    try folder.write(cifarBatch([3, 4], seed: 5), to: "data/data_batch_2.bin")
    #expect(
      try remove([0, 4], from: "data") == [
        "", "data_batch_1.bin:0", "data_batch_1.bin:1", "data_batch_2.bin:0", "",
      ])
  }

  @Test func idxHeadersSayHowManyAreLeft() throws {
    try folder.write(
      [0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 2] + patternBytes(12),
      to: "data/a-images-idx3-ubyte")
    try folder.write([0, 0, 8, 1, 0, 0, 0, 3, 5, 6, 7], to: "data/a-labels-idx1-ubyte")
    #expect(
      try remove([2], from: "data") == ["a:0", "a:1", ""])
    #expect(
      try folder.read("out/a-labels-idx1-ubyte") == [0, 0, 8, 1, 0, 0, 0, 2, 5, 6])
  }

  @Test func filesOfFoldersAreLeftOut() throws {
    let shape = ImageShape(height: 2, width: 3, channels: 3)
    for (index, name) in ["ant/x.png", "ant/y.png", "bee/x.png"].enumerated() {
      try folder.write([], to: "data/" + name)
      try PNG.write(
        RasterImage(shape: shape, pixels: patternBytes(18, seed: index * 9)),
        to: folder.path + "/data/" + name)
    }
    #expect(try remove([0], from: "data") == ["", "ant/y.png", "bee/x.png"])
    let lines = try folder.read("out/metadata.jsonl").split(separator: UInt8(ascii: "\n"))
    #expect(lines.count == 2)
  }
}

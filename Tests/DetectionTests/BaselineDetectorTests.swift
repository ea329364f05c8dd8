import ComputeBackend
import Datasets
import Detection
import Devices
import Runs
import TestSupport
import Testing
import Training

@Suite struct BaselineDetectorTests {
  private func dataset(_ folder: TemporaryFolder, _ pixels: [UInt8], _ labels: [UInt8]) throws
    -> ImageDataset
  {
    let count = UInt8(labels.count)
    try folder.write(
      [0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 1, 0, 0, 0, 1] + pixels, to: "a-images-idx3-ubyte")
    try folder.write([0, 0, 8, 1, 0, 0, 0, count] + labels, to: "a-labels-idx1-ubyte")
    return try ImageDataset.open(folder.path)
  }

  private func input(_ dataset: ImageDataset) throws -> DetectionInput {
    DetectionInput(dataset: dataset, backend: try Devices.make("cpu"))
  }

  /// Pixels 0, 0, 0, 8 have the mean 2 and the distances 2, 2, 2, 6 (detectors.md); those of the
  /// other class, 1, 2, 4, 9, the mean 4 and 3, 2, 0, 5.
  @Test func distancesToTheClassMeanByHand() throws {
    let folder = try TemporaryFolder()
    let dataset = try dataset(folder, [0, 1, 0, 2, 0, 4, 8, 9], [0, 1, 0, 1, 0, 1, 0, 1])
    let found = try ClassMeanDistanceDetector(perClass: 2).scores(try input(dataset), Run())
    #expect(
      found.columns
        == [EvidenceColumn("distance", [2.0, 3.0, 2.0, 2.0, 2.0, 0.0, 6.0, 5.0])])
    // The first two of equal ones, and the two nearest.
    #expect(found.trusted == [0, 2, 3, 5])
    #expect(found.flagged.isEmpty && found.classes.count == 2)
    #expect(throws: DetectionError.samplesPerClass(5, name: "0", count: 4)) {
      try ClassMeanDistanceDetector(perClass: 5).scores(try input(dataset), Run())
    }
  }

  @Test func aSingleClassIsRefused() throws {
    let folder = try TemporaryFolder()
    let dataset = try dataset(folder, [0, 1, 2], [1, 1, 1])
    #expect(throws: DatasetError.self) {
      try ClassMeanDistanceDetector().scores(try input(dataset), Run())
    }
  }

  /// Features and projections of detectors.md.
  ///
  /// (0, 0)×4, (5, 0): centered they vary along (1, 0), on which they have 0, 0, 0, 0, 5
  /// (detectors.md). The other class varies along (3, 4)/5.
  @Test func projectionsByHand() throws {
    let rows: [[Float]] = [
      [0, 0], [0, 0], [0, 0], [0, 0], [5, 0], [3, 4], [-3, -4], [6, 8], [-6, -8],
    ]
    let found = try SpectralFilterDetector.projections(
      of: EvidenceRows(rows.flatMap { $0 }, columns: 2), labels: [0, 0, 0, 0, 0, 1, 1, 1, 1])
    let expected: [Double] = [0, 0, 0, 0, 5, 5, 5, 10, 10]
    for (value, expected) in zip(found, expected) {
      #expect(abs(value - expected) < 1e-9)
    }
  }

  @Test func detectorsAreNamedWithTheirNumber() throws {
    let named = try #require(Detectors.named("dcm:100"))
    #expect(named as? ClassMeanDistanceDetector == ClassMeanDistanceDetector(perClass: 100))
    let spectral = try #require(Detectors.named("sf-least:7"))
    #expect(spectral as? SpectralFilterDetector == SpectralFilterDetector(perClass: 7))
    #expect(try #require(Detectors.named("dcm:none")) == nil)
    let unaided = Detectors.unaided.map { type(of: $0).id }
    #expect(unaided.contains("dcm") && !unaided.contains("knn"))
  }
}

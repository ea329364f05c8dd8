import Autograd
import Datasets
import Detection
import Devices
import Foundation
import Models
import Runs
import TestSupport
import Testing
import Training

/// Detectors that look at a victim's features, or at what it makes of changed images.
@Suite struct FeatureDetectorTests {
  private let folder: TemporaryFolder
  private let dataset: ImageDataset

  init() throws {
    folder = try TemporaryFolder()
    try Shapes(seed: 5).writeFolder(folder.path + "/data", training: 240, test: 10)
    dataset = try ImageDataset.open(folder.path + "/data")
    let backend = try Devices.make("cpu")
    let network = ClassifierFile.random(
      ClassifierConfiguration(.resNet20, classes: 10, width: 4), seed: 3, on: backend)
    try ClassifierFile.save(network, to: URL(fileURLWithPath: folder.path + "/victim.safetensors"))
  }

  private func input(batchSize: Int = 240, seed: UInt64 = 1) throws -> DetectionInput {
    var victim = VictimOptions()
    victim.model = folder.path + "/victim.safetensors"
    return DetectionInput(
      dataset: dataset, victim: victim, seed: seed, batchSize: batchSize,
      backend: try Devices.make("cpu"))
  }

  static let detectors: [any Detector] = [
    SpectralSignatureDetector(), SpectralSignatureDetector(expectedRate: 0.2),
    ActivationClusteringDetector(), SpectreDetector(), ScanDetector(),
    StripDetector(reference: nil, overlays: 3), SelfInfluenceDetector(), ModelInversionDetector(),
  ]

  @Test(arguments: detectors.indices) func scoreEverySample(number: Int) throws {
    let detector = Self.detectors[number]
    let found = try detector.scores(try input(), Run())
    #expect(found.values.count == 240)
    #expect(found.classes.count == 10 && found.classes.allSatisfy { $0.count == 24 })
    #expect(found.values.allSatisfy { $0 != nil } && found.unscoredReason == nil)
    // The batch changes speed and memory only.
    #expect(try detector.scores(try input(batchSize: 100), Run()) == found)
  }

  /// ⌊1.5·0.2·24⌋ = 7 of each class are flagged, and not trusted.
  @Test func expectedRatesAreTakenOut() throws {
    let found = try SpectralSignatureDetector(expectedRate: 0.2).scores(try input(), Run())
    #expect(found.flagged.count == 70)
    #expect(Set(found.flagged.map { dataset.labels[$0] }).count == 10)
    #expect(found.trusted.count == 170)
  }

  /// The first 19 of one class and all of the others; then 19 of each.
  @Test func smallClassesAreNotJudged() throws {
    try folder.write(
      [0, 0, 8, 3, 0, 0, 0, 59, 0, 0, 0, 8, 0, 0, 0, 8]
        + (0..<59 * 64).map { UInt8(($0 * $0 / 7) % 251) }, to: "small/a-images-idx3-ubyte")
    func scores(_ labels: [UInt8]) throws -> SampleScores {
      try folder.write(
        [0, 0, 8, 1, 0, 0, 0, 59] + labels, to: "small/a-labels-idx1-ubyte")
      let backend = try Devices.make("cpu")
      let small = try ImageDataset.open(folder.path + "/small")
      let network = ClassifierFile.random(
        ClassifierConfiguration(
          .resNet20, classes: small.classCount, inputChannels: 1, width: 4, imageSize: 8),
        seed: 3, on: backend)
      try ClassifierFile.save(network, to: URL(fileURLWithPath: folder.path + "/small.safetensors"))
      var victim = VictimOptions()
      victim.model = folder.path + "/small.safetensors"
      return try SpectreDetector().scores(
        DetectionInput(dataset: small, victim: victim, backend: backend), Run())
    }
    let found = try scores((0..<59).map { $0 < 19 ? 0 : 1 + UInt8($0 % 2) })
    #expect(found.values.indices.filter { found.values[$0] == nil } == Array(0..<19))
    #expect(found.unscoredReason != nil && found.trusted == Array(19..<59))
    #expect(throws: DetectionError.classesTooSmall(needed: 20)) {
      try scores((0..<59).map { UInt8($0 / 19) })
    }
  }

  @Test func cleanSamplesAreUsed() throws {
    let (list, one) = (folder.path + "/clean.txt", folder.path + "/one.txt")
    for (path, samples) in [(list, Array(0..<60)), (one, [0])] {
      try SampleIndexFile.write(
        samples, fingerprint: try dataset.fingerprint(), remarks: [], to: path)
    }
    let scan = try ScanDetector(reference: list).scores(try input(), Run())
    #expect(scan.classes.allSatisfy { $0.reason.contains("above clean samples") })
    let strip = try StripDetector(reference: list, overlays: 3, falsePositiveRate: 0.25)
      .scores(try input(), Run())
    #expect(strip.classes.allSatisfy { $0.null == 0.25 })
    #expect(throws: ParameterError.self) {
      try StripDetector(reference: list, overlays: 61).scores(try input(), Run())
    }
    #expect(throws: DetectionError.self) {
      try ScanDetector(reference: one).scores(try input(), Run())
    }
    #expect(throws: DetectionError.missing("a reference; 'dcm:none' names no detector")) {
      try ScanDetector(reference: "dcm:none").scores(try input(), Run())
    }
  }

  @Test func areNamedWithTheirNumber() throws {
    for id in [
      "spectral-signatures", "activation-clustering", "spectre", "scan", "strip",
      "self-influence", "mi-dcm",
    ] {
      let named = try #require(Detectors.named(id + ":3"))
      #expect(named != nil, "\(id)")
      #expect(try #require(Detectors.named(id + ":0")) == nil, "\(id)")
    }
  }
}

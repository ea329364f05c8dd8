import Autograd
import ComputeBackend
import Datasets
import Devices
import Foundation
import Models
import TestSupport
import Testing
import Tracing

@Suite struct RadioactiveTracerTests {
  private let images = Small.images(80)

  private func tracer(
    _ network: any Classifier, marks seed: UInt64 = 1, classes: [Int32] = [0, 1, 2, 3],
    images other: MemoryImages? = nil
  ) throws -> RadioactiveTracer {
    try RadioactiveTracer(
      RadioactiveMarks(classCount: 4, featureCount: 16, seed: seed), classes: classes,
      markingNetwork: network, images: other ?? images)
  }

  /// The marking network with another last layer: alignment changes nothing, so that the cosines
  /// are those of its rows.
  @Test(arguments: TestDevices.all)
  func findsRowsOfTheMarkingNetworkItself(device: TestDevice) throws {
    let network = Small.network(on: device.backend)
    let marks = RadioactiveMarks(classCount: 4, featureCount: 16, seed: 1)
    let model = Small.network(on: device.backend)
    var random = PhiloxGenerator(seed: 4)
    // Row 0 is the mark itself, row 2 leans to it, row 3 has nothing to do with it.
    var rows = random.normals(4 * 16, deviation: 0.25)
    for i in 0..<16 {
      rows[i] = 3 * marks.values[i]
      rows[32 + i] += marks.values[32 + i]
    }
    model.head.weight.assign(Tensor(rows, shape: [4, 16], on: device.backend))
    let result = try tracer(network, classes: [0, 2, 3]).trace(model)
    #expect(result.classes.map(\.label) == [0, 2, 3])
    #expect(result.imageCount == 80 && result.featureCount == 16 && !result.isRidged)
    #expect(abs(result.explainedShare - 1) < 1e-4)
    for test in result.classes {
      let row = rows[Int(test.label) * 16..<(Int(test.label) + 1) * 16].map { Double($0) }
      let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let product = zip(row, marks[Int(test.label)]).reduce(0) { $0 + $1.0 * Double($1.1) }
      #expect(abs(test.cosine - product / norm) < 2e-3, "\(device.name), class \(test.label)")
      #expect(abs(log(test.pValue) - test.logPValue) < 1e-9)
    }
    #expect(result.classes[0].logPValue < -40)
    #expect(result.pValue < 1e-12 && result.isDetected())
    #expect(abs(result.log10PValue - log10(result.pValue)) < 1e-9)
  }

  /// Of a model that never saw the marks the p-values are uniform over sets of marks.
  ///
  /// For 60 sets the greatest distance from the line (Kolmogorov–Smirnov) exceeds 0.2103 with a
  /// chance of 1 %.
  @Test func isUniformForAModelWithoutMarks() throws {
    let backend = try Devices.make("cpu")
    let network = Small.network(on: backend)
    let model = Small.network(seed: 77, on: backend)
    let values = try (100..<160).map { seed in
      try tracer(network, marks: seed).trace(model).pValue
    }.sorted()
    let distance =
      values.enumerated().map { place, value in
        max(value - Double(place) / 60, Double(place + 1) / 60 - value)
      }.max() ?? 1
    #expect(distance < 0.2103)
    #expect(values.count { $0 < 0.05 } <= 8)
  }

  @Test func refusesWhatDoesNotBelongTogether() throws {
    let backend = try Devices.make("cpu")
    let network = Small.network(on: backend)
    let colour = ImageShape(height: 8, width: 8, channels: 3)
    #expect(throws: TracingError.channels(role: .marking, network: 1, images: 3)) {
      try tracer(network, images: Small.images(80, shape: colour))
    }
    #expect(throws: TracingError.tooFewImages(count: 16, needed: 17)) {
      try tracer(network, images: Small.images(16))
    }
    let usual = try tracer(network)
    #expect(throws: TracingError.classes(role: .traced, network: 5, images: 4)) {
      try usual.trace(Small.network(classes: 5, on: backend))
    }
    #expect(throws: TracingError.channels(role: .traced, network: 3, images: 1)) {
      try usual.trace(Small.network(shape: colour, on: backend))
    }
    let broken = Small.network(on: backend)
    broken.head.weight.assign(.full(.nan, [4, 16], on: backend))
    #expect(throws: TracingError.uselessFeatures(role: .traced)) { try usual.trace(broken) }
  }
}

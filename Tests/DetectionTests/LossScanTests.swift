import ComputeBackend
import Detection
import Foundation
import TestSupport
import Testing

@Suite struct LossScanTests {
  /// Two normal modes of ln loss, at −6 and 0 with deviation 0.5: any valley between −4.5 and −1.5
  /// parts them.
  @Test(arguments: [60, 400])
  func valleyPartsTwoModes(lower: Int) throws {
    var random = PhiloxGenerator(seed: 8)
    let modes =
      random.normals(lower, mean: -6, deviation: 0.5) + random.normals(400, mean: 0, deviation: 0.5)
    let valley = try #require(LossValley(modes.map(exp)))
    #expect((-4.5 ... -1.5).contains(log(valley.threshold)))
    #expect(valley.lowerCount == lower)
  }

  /// A normal, a uniform and a skewed distribution, and losses that are all equal.
  @Test func singleModesHaveNoValley() {
    for seed in 0..<20 {
      var random = PhiloxGenerator(seed: UInt64(seed))
      #expect(LossValley(random.normals(500).map(exp)) == nil, "normal, seed \(seed)")
      #expect(
        LossValley((0..<500).map { _ in exp(random.uniform()) }) == nil, "uniform, seed \(seed)")
      #expect(
        LossValley((0..<500).map { _ in random.uniform() }) == nil, "uniform loss, seed \(seed)")
    }
    #expect(LossValley([Float](repeating: 0.5, count: 100)) == nil)
    #expect(LossValley([]) == nil)
  }

  /// Losses 0.01, 0.9, 0.02, 1.1: samples 0 and 2 are the worse half.
  @Test func lowLossesAreBad() throws {
    let scores = try LossScanDetector().scores(
      [0.01, 0.9, 0.02, 1.1], labels: [0, 1, 1, 0], classNames: ["a", "b"])
    expectClose(
      scores.values.map { $0 ?? .nan }, [0, 0.66667, 0.33333, 1], .absolute(1e-5), "scores")
    #expect(scores.flagged.isEmpty && scores.trusted == [0, 1, 2, 3])
    #expect(throws: DetectionError.notANumber(sample: 1)) {
      try LossScanDetector().scores([1, .nan], labels: [0, 1], classNames: ["a", "b"])
    }
  }

  /// Class a has 30 samples of loss e⁻⁶ and 100 of e⁰, class b only 20 of e⁻⁶.
  @Test(arguments: [(30, true), (20, false)])
  func flagsTheLowerModeOfEnoughSamples(count: Int, isSuspicious: Bool) throws {
    var random = PhiloxGenerator(seed: 2)
    let early = random.normals(count, mean: -6, deviation: 0.3)
    let late = random.normals(200, mean: 0, deviation: 0.3)
    let labels = [Int32](repeating: 0, count: count + 100) + [Int32](repeating: 1, count: 100)
    let scores = try LossScanDetector().scores(
      (early + late).map(exp), labels: labels, classNames: ["a", "b"])
    #expect(scores.classes.map(\.isSuspicious) == [isSuspicious, false])
    #expect(scores.flagged == (isSuspicious ? Array(0..<count) : []))
    #expect(scores.trusted.count == labels.count - scores.flagged.count)
  }
}

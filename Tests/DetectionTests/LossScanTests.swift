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
}

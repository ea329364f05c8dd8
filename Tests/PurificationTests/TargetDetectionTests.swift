import Foundation
import Purification
import Testing

@Suite struct TargetDetectionTests {
  /// A pool where `own` of `total` labels are the class itself and the others go to the next class.
  private func pool(_ label: Int, own: Int, total: Int, classes: Int) -> LabelHistogram {
    var histogram = LabelHistogram(classes: classes)
    histogram.add(label, times: own)
    histogram.add((label + 1) % classes, times: total - own)
    return histogram
  }

  private func detection(
    own: [Int], totals: [Int], samples: [Int], sizes: [Int]? = nil,
    compatibility: Compatibility = .paper
  ) -> TargetDetection {
    let pools = own.indices.map { pool($0, own: own[$0], total: totals[$0], classes: own.count) }
    return TargetDetection(
      pools: pools, anomalousSamples: samples,
      classSizes: sizes ?? [Int](repeating: 200, count: own.count), compatibility: compatibility)
  }

  /// Counts and label shares of a real run on MNIST with a weak denoiser: class 0 was poisoned, its
  /// candidates mostly kept the label; class 1 scores highest with four samples.
  @Test func fewSamplesAreNoTargetAndManyAre() {
    let samples = [322, 4, 8, 23, 27, 15, 4, 14, 22, 16]
    let scores = [0.570, 1.609, 1.032, 0.765, 0.794, 0.610, 0.799, 0.806, 0.721, 0.956]
    let totals = samples.map { $0 * 1000 }
    let found = detection(
      own: zip(totals, scores).map { Int(Double($0) * exp(-$1)) }, totals: totals,
      samples: samples, sizes: [797] + [Int](repeating: 356, count: 9))
    #expect(found.targets == [0])
    #expect((found.classes[1].index ?? 0) > 2)
    #expect(found.warnings.contains { $0.hasPrefix("class 1 stands out, but by only 4") })
    #expect(found.warnings.contains { $0.hasPrefix("class 0 is a target by its number") })
  }

  @Test func findsTheClassWhoseSamplesLeaveIt() {
    // q = .2 against .8, .7, .75, .9: scores 1.609, .223, .357, .288, .105.
    let found = detection(
      own: [200, 80, 70, 75, 90], totals: [1000, 100, 100, 100, 100],
      samples: [100, 30, 30, 30, 30])
    #expect(found.targets == [0])
    #expect(found.warnings.isEmpty)
    let score = found.classes[0].score ?? 0
    #expect(abs(score - 1.6094379) < 1e-6)
    // Median .2877; deviations 1.3218, .0645, .0690, 0, .1823; MAD .0690.
    #expect(abs((found.classes[0].index ?? 0) - 12.92) < 0.05)
    #expect(found.classes[0].pooledLabels == 1000)
  }

  @Test func lowOutlierIsNoTarget() {
    // Class 0 is far below the others: flagged by the two-sided rule of the official code only.
    let own = [100, 30, 31, 32, 29]
    let totals = [Int](repeating: 100, count: 5)
    let samples = [Int](repeating: 40, count: 5)
    #expect(detection(own: own, totals: totals, samples: samples).targets == [])
    #expect(
      detection(own: own, totals: totals, samples: samples, compatibility: .dataElixir).targets
        == [0])
  }

  @Test func aLabelThatNeverAppearsScoresByTheNumberOfSamples() {
    // q = 0: ln(N + 1), so that 1 sample gives ln 2 and 99 give ln 100.
    let found = detection(
      own: [0, 0, 80, 70], totals: [990, 10, 100, 100], samples: [99, 1, 30, 30])
    #expect(abs((found.classes[0].score ?? 0) - log(100.0)) < 1e-12)
    #expect(abs((found.classes[1].score ?? 0) - log(2.0)) < 1e-12)
    let compat = detection(
      own: [0, 0, 80, 70], totals: [990, 10, 100, 100], samples: [99, 1, 30, 30],
      compatibility: .dataElixir)
    #expect(compat.classes[0].score == .infinity)
    #expect(compat.targets == [])  // Two infinities: NaN flags nothing.
  }

  @Test func emptyClassesHaveNoScore() {
    let found = detection(
      own: [200, 0, 70, 75, 0, 90], totals: [1000, 0, 100, 100, 0, 100],
      samples: [100, 0, 30, 30, 0, 30])
    #expect(found.targets == [0])
    #expect(found.classes[1].score == nil)
    #expect(found.classes[1].index == nil)
  }

  @Test func allEqualScoresNameNoTarget() {
    let found = detection(
      own: [50, 50, 50, 50], totals: [100, 100, 100, 100], samples: [40, 40, 40, 40])
    #expect(found.targets == [])
    #expect(found.classes.allSatisfy { $0.index == 0 })
    #expect(detection(own: [0, 0, 0], totals: [0, 0, 0], samples: [0, 0, 0]).targets == [])
  }

  @Test func oneClassStandsOutOfEqualOnes() {
    // MAD is 0. Mean deviation d/5: index 5/√(π/2) = 3.99.
    let found = detection(
      own: [10, 50, 50, 50, 50], totals: [100, 100, 100, 100, 100], samples: [50, 40, 40, 40, 40])
    #expect(found.targets == [0])
    #expect(abs((found.classes[0].index ?? 0) - 5 / (Double.pi / 2).squareRoot()) < 1e-9)
    let few = detection(
      own: [10, 50, 50, 50, 50], totals: [100, 100, 100, 100, 100], samples: [19, 40, 40, 40, 40])
    #expect(few.targets == [])
    #expect(few.warnings.first?.contains("class 0 stands out") == true)
  }

  @Test func onlyTheTargetClassHasAnomalousSamples() {
    // A perfect denoiser: no false positives anywhere. The empty classes enter with score 0.
    let found = detection(
      own: [300, 0, 0, 0, 0], totals: [1500, 0, 0, 0, 0], samples: [100, 0, 0, 0, 0])
    #expect(found.targets == [0])
    // A clean dataset with two stray samples in one class names nothing.
    let clean = detection(
      own: [5, 0, 0, 0, 0], totals: [30, 0, 0, 0, 0], samples: [2, 0, 0, 0, 0])
    #expect(clean.targets == [])
    #expect(clean.warnings.contains { $0.contains("class 0 stands out") })
  }

  @Test func twoClassesCannotHaveAnOutlier() {
    let found = detection(own: [10, 90], totals: [100, 100], samples: [50, 50])
    #expect(found.targets == [])
    #expect(found.warnings.first?.contains("at least 3") == true)
  }

  @Test func warnsOfFewSamples() {
    let found = detection(
      own: [200, 80, 70, 75, 90], totals: [1000, 100, 100, 100, 100],
      samples: [100, 19, 30, 20, 1])
    #expect(found.warnings.count == 1)
    #expect(found.warnings.first?.hasSuffix("in class 1 (19), 4 (1)") == true)
  }

  @Test func severalTargets() {
    let found = detection(
      own: [200, 80, 250, 75, 90, 78, 82], totals: [1000, 100, 1000, 100, 100, 100, 100],
      samples: [100, 30, 100, 30, 30, 30, 30])
    #expect(found.targets == [0, 2])
  }

  @Test func anomalyIndexOfGivenValues() {
    // numpy: |v − median(v)| / (1.4826·median|v − median(v)|)
    let index = AnomalyIndex([12.1, 11.4, 13.0, 12.7, 2.3, 11.9, 12.5, 12.2, 13.4, 11.1])
    #expect(abs(index.median - 12.15) < 1e-12)
    #expect(abs(index.scale - 0.96369) < 1e-12)
    #expect(abs(index.values[4] - 10.22112920129918) < 1e-12)
    #expect(abs(index.values[0] - 0.051883904575121646) < 1e-12)
    #expect(!index.usedMean)
    #expect(AnomalyIndex([3, 1, 2]).values == [1 / 1.4826, 1 / 1.4826, 0])
    let flat = AnomalyIndex([1, 1, 1, 1, 5])
    #expect(flat.usedMean)
    #expect(abs(flat.values[4] - 5 / (Double.pi / 2).squareRoot()) < 1e-12)
    #expect(flat.values[0] == 0)
    #expect(AnomalyIndex([]).values.isEmpty)
  }
}

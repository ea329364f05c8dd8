import Detection
import Foundation
import Testing

@Suite struct ScoreMetricsTests {
  /// The example of detectors.md.
  ///
  /// Badness (.9, .8, .8, .8, .3, .1), truth (1, 1, 0, 0, 1, 0). Of the 9 pairs, 3 are won by the
  /// first, 1 + 2·½ by the second, 1 by the fifth: 6/9. Distinct scores: recall 1/3 at precision 1,
  /// 2/3 at 2/4, 1 at 3/5: (1 + 0.5 + 0.6)/3.
  @Test func areasByHand() throws {
    let badness: [Float] = [0.9, 0.8, 0.8, 0.8, 0.3, 0.1]
    let metrics = ScoreMetrics(
      scores: badness.map { 1 - $0 }, flagged: [0, 1, 2], poisoned: [0, 1, 4])
    #expect(abs(try #require(metrics.rocArea) - 0.6667) < 5e-5)
    #expect(abs(try #require(metrics.precisionRecallArea) - 0.7) < 1e-12)
    #expect(metrics.prevalence == 0.5)
    #expect(metrics.truePositiveRate == 2.0 / 3 && metrics.falsePositiveRate == 1.0 / 3)
    #expect(metrics.precision == 2.0 / 3 && metrics.f1 == 2.0 / 3)
    // The tied three enter together: two of three clean ones with the second poisoned one.
    #expect(metrics.truePositiveRate(atFalsePositiveRate: 0) == 1.0 / 3)
    #expect(metrics.truePositiveRate(atFalsePositiveRate: 0.66) == 1.0 / 3)
    #expect(metrics.truePositiveRate(atFalsePositiveRate: 0.67) == 1)
    let curve = metrics.precisionRecallCurve
    let recalls: [Double] = [1.0 / 3, 2.0 / 3, 1, 1]
    #expect(curve.map(\.recall) == recalls)
    #expect(curve.map(\.precision) == [1, 0.5, 0.6, 0.5])
  }

  @Test func samplesWithoutAScoreCountForFlagsOnly() {
    let metrics = ScoreMetrics(scores: [0, nil, 1, nil], flagged: [0], poisoned: [0, 1])
    #expect(metrics.rocArea == 1 && metrics.precisionRecallArea == 1)
    #expect(metrics.truePositiveRate == 0.5 && metrics.falsePositiveRate == 0)
  }

  @Test func whatHasNoDenominatorIsUndefined() {
    let clean = ScoreMetrics(scores: [0.5, 1], flagged: [], poisoned: [])
    #expect(clean.rocArea == nil && clean.precisionRecallArea == nil && clean.precision == nil)
    #expect(clean.truePositiveRate == nil && clean.falsePositiveRate == 0 && clean.f1 == nil)
    #expect(clean.precisionRecallCurve.isEmpty)
    #expect(clean.truePositiveRate(atFalsePositiveRate: 1) == nil)
  }

  /// 498 of 500: [98.6, 99.9] % (detectors.md); statsmodels' proportion_confint(498, 500,
  /// method='wilson') is (0.985534, 0.998902).
  @Test func wilsonIntervals() throws {
    let interval = try #require(WilsonInterval(498, of: 500))
    #expect(abs(interval.lower - 0.985534) < 1e-6 && abs(interval.upper - 0.998902) < 1e-6)
    let none = try #require(WilsonInterval(0, of: 10))
    #expect(none.lower == 0 && abs(none.upper - 0.277533) < 1e-6)
    #expect(WilsonInterval(0, of: 0) == nil)
  }

  /// A picture of few points, whatever the number of samples.
  @Test func curveIsAPicture() {
    let scores = (0..<5000).map { Float($0) / 5000 }
    let svg = ScoreMetrics(scores: scores, flagged: [], poisoned: Set(0..<2500))
      .curveSVG(title: "x<y")
    #expect(svg.hasPrefix("<svg") && svg.contains("x&lt;y: 1.0000"))
    #expect(svg.count < 40_000)
  }
}

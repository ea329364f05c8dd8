import Purification
import Testing

@Suite struct AnomalyFilterTests {
  @Test func histogramCountsMajorityAndTransition() {
    let histogram = LabelHistogram([2, 2, 0, 2, 1, 0], classes: 4)
    #expect(histogram.counts == [2, 1, 3, 0])
    #expect(histogram.total == 6)
    #expect(histogram.majority == 2)
    #expect(histogram.transition == 2)
    #expect(histogram.share(of: 1) == 1.0 / 6)
  }

  @Test func transitionOfTiesAndOfOneLabel() {
    #expect(LabelHistogram([1, 0, 1, 0], classes: 2).majority == 0)
    #expect(LabelHistogram([1, 0, 1, 0], classes: 2).transition == 2)
    #expect(LabelHistogram([1, 1], classes: 3).transition == 0)
    #expect(LabelHistogram([Int](), classes: 3).transition == 0)
  }

  @Test(arguments: [
    // (argument, candidates, least η that reaches τ)
    ("0.1", 50, 5), ("0.1", 15, 2), ("0.1", 30, 3), ("0.1", 5, 1), ("5", 50, 5), ("1", 3, 1),
    ("0.25", 12, 3),
  ])
  func threshold(argument: String, candidates: Int, least: Int) throws {
    let threshold = try #require(TransitionThreshold(argument: argument))
    #expect(threshold.minimumTransition(candidates: candidates) == least)
  }

  @Test(arguments: ["0", "-1", "1.5", "abc", "", "0.0"])
  func thresholdRefuses(argument: String) {
    #expect(TransitionThreshold(argument: argument) == nil)
  }

  @Test func verdicts() {
    let filter = AnomalyFilter(threshold: .count(2))
    func verdict(_ candidates: [Int], label: Int) -> Verdict {
      filter.finding(
        SampleLabels(original: 9, candidates: candidates), label: label, classes: 10
      ).verdict
    }
    #expect(verdict([3, 3, 3, 3, 3], label: 3) == .benign)
    // One stray label is dropped.
    #expect(verdict([3, 3, 7, 3, 3], label: 3) == .benign)
    #expect(verdict([3, 3, 7, 3, 3], label: 0) == .poisoned)
    #expect(verdict([0, 0, 7, 7, 7], label: 0) == .suspicious)
    // Two strays of different labels have a second-highest count of 1 < τ.
    #expect(verdict([3, 8, 7, 3, 3], label: 3) == .benign)
  }

  @Test func referenceDecidesAboutMislabelledSamples() {
    // The victim says 3 before and after: a wrong label 0 is an anomaly only against the label.
    let sample = SampleLabels(original: 3, candidates: [3, 3, 3, 3])
    let byLabel = AnomalyFilter(reference: .label).finding(sample, label: 0, classes: 4)
    let byPrediction = AnomalyFilter(reference: .prediction).finding(sample, label: 0, classes: 4)
    #expect(byLabel.verdict == .poisoned)
    #expect(byPrediction.verdict == .benign)
    #expect(byLabel.consensus == 3)
  }

  @Test func keptCandidates() {
    let filter = AnomalyFilter(threshold: .count(2))
    let stray = SampleLabels(original: 0, candidates: [1, 1, 2, 1])
    #expect(
      filter.kept(stray, finding: filter.finding(stray, label: 0, classes: 3)) == [0, 1, 3])
    let moving = SampleLabels(original: 0, candidates: [0, 0, 1, 1])
    #expect(
      filter.kept(moving, finding: filter.finding(moving, label: 0, classes: 3)) == [0, 1, 2, 3])
  }

  @Test func settledOnlyIfNoFurtherLabelsCanChangeTheVerdict() {
    // 4 rounds of 3 candidates, τ = 6: after three unanimous rounds 3 more cannot reach it.
    let filter = AnomalyFilter(threshold: .fraction(0.5))
    let settled = SampleLabels(original: 1, candidates: [Int](repeating: 1, count: 9))
    #expect(filter.isSettledBenign(settled, label: 1, remaining: 3, classes: 3))
    #expect(!filter.isSettledBenign(settled, label: 0, remaining: 3, classes: 3))
    let after2 = SampleLabels(original: 1, candidates: [Int](repeating: 1, count: 6))
    #expect(!filter.isSettledBenign(after2, label: 1, remaining: 6, classes: 3))
    // Two strays and two rounds open: 2 + 3 < 6 still.
    let strays = SampleLabels(original: 1, candidates: [1, 1, 1, 1, 1, 1, 1, 2, 2])
    #expect(filter.isSettledBenign(strays, label: 1, remaining: 3, classes: 3))
    // The paper's τ: one round of m = n·m/n candidates can always reach 0.1·n·m.
    let paper = SampleLabels(original: 1, candidates: [Int](repeating: 1, count: 40))
    #expect(!AnomalyFilter().isSettledBenign(paper, label: 1, remaining: 10, classes: 3))
  }

  @Test func settledMeansSettledForEveryContinuation() {
    // All label sequences of 2 rounds × 2 candidates over 3 classes, every way to go on.
    let filter = AnomalyFilter(threshold: .count(3))
    var settledCount = 0
    for first in 0..<9 {
      let begun = SampleLabels(original: 0, candidates: [first / 3, first % 3])
      guard filter.isSettledBenign(begun, label: 0, remaining: 1, classes: 3) else { continue }
      settledCount += 1
      for last in 0..<3 {
        let whole = SampleLabels(original: 0, candidates: begun.candidates + [last])
        #expect(filter.finding(whole, label: 0, classes: 3).verdict == .benign)
      }
    }
    #expect(settledCount == 1)
  }
}

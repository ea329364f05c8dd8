import Detection
import Testing

@Suite struct ConfidentLearningTests {
  /// Labels 0 0 0 1 1 1 and p₀ as in the specification.
  @Test func jointByHand() {
    let first: [Float] = [0.9, 0.8, 0.2, 0.3, 0.1, 0.2]
    let joint = ConfidentJoint(
      probabilities: first.flatMap { [$0, 1 - $0] }, labels: [0, 0, 0, 1, 1, 1], classCount: 2)
    #expect(abs(joint.thresholds[0] - 1.9 / 3) < 1e-6)
    #expect(abs(joint.thresholds[1] - 0.8) < 1e-6)
    #expect(joint.counts == [[2, 1], [0, 2]])
    #expect(joint.calibrated == [[2, 1], [0, 3]])
    #expect(joint.isError == [false, false, true, false, false, false])
  }

  /// Sample 3 reaches the thresholds of 1 and 2, so that its argmax counts; sample 0 reaches none.
  ///
  /// No sample whose label is its argmax is an error, whatever the joint says.
  @Test func severalAndNoConfidentClasses() {
    let joint = ConfidentJoint(
      probabilities: [
        0.4, 0.3, 0.3,  // 0
        0.9, 0.1, 0,  // 0
        0.1, 0.8, 0.1,  // 1
        0, 0.5, 0.5,  // 1: a tie goes to the first
        0.5, 0.1, 0.4,  // 2
        0.1, 0.3, 0.6,  // 2
      ], labels: [0, 0, 1, 1, 2, 2], classCount: 3)
    // Thresholds 0.65, 0.65, 0.5.
    #expect(joint.counts == [[1, 0, 0], [0, 1, 1], [0, 0, 1]])
    #expect(joint.calibrated == [[2, 0, 0], [0, 1, 1], [0, 0, 2]])
    // (1, 2) removes sample 3, whose argmax is its label 1.
    #expect(!joint.isError.contains(true))
  }

  @Test func classesThatDoNotOccurAreLeftOut() {
    let joint = ConfidentJoint(
      probabilities: [0.2, 0, 0.8, 0.9, 0, 0.1], labels: [0, 0], classCount: 3)
    #expect(joint.thresholds[1] == .infinity)
    #expect(joint.counts == [[1, 0, 0], [0, 1, 0], [0, 0, 1]])
    #expect(joint.isError == [false, false])
  }

  @Test func foldsHaveEqualSharesOfEachClass() {
    let labels = (0..<53).map { Int32($0 < 20 ? 0 : $0 < 43 ? 3 : 1) }
    let folds = StratifiedFolds(5, labels: labels, seed: 3)
    #expect(folds.folds.flatMap { $0 }.sorted() == Array(0..<53))
    for fold in folds.folds {
      #expect(fold.count == 10 || fold.count == 11)
      #expect(fold == fold.sorted())
      #expect(fold.count { labels[$0] == 0 } == 4)
      #expect([4, 5].contains(fold.count { labels[$0] == 3 }))
      #expect(fold.count { labels[$0] == 1 } == 2)
    }
    #expect(folds.others(than: 1) == (0..<53).filter { !folds.folds[1].contains($0) })
    #expect(folds == StratifiedFolds(5, labels: labels, seed: 3))
    #expect(folds != StratifiedFolds(5, labels: labels, seed: 4))
  }
}

import Purification
import Testing

/// Verdicts from outcomes made by hand.
@Suite struct TargetTestTests {
  /// An outcome of 16 recipients of which `hits` get `label` and the others `rest`.
  private func outcome(_ label: Int, hits: Int, rest: Int, classes: Int) -> TransplantOutcome {
    var votes = [Int](repeating: 0, count: classes)
    votes[label] += hits
    votes[rest] += 16 - hits
    return TransplantOutcome(recipients: 16, votes: [votes], undone: [0])
  }

  private func trial(
    _ label: Int, from other: Int, hits: Int, disruption: Double = 1, classes: Int
  ) -> TargetTest.Trial {
    var trial = TargetTest.Trial(
      donor: Donor(sample: 0, label: label, other: other),
      forward: outcome(label, hits: hits, rest: other, classes: classes),
      reverse: outcome(other, hits: 0, rest: label, classes: classes))
    if trial.bringsLabel { trial.disruption = [disruption] }
    return trial
  }

  private func standings(
    _ trials: [TargetTest.Trial], samples: [Int], unbelieved: [Int]? = nil
  ) -> [Int: TargetEvidence.Standing] {
    let counts = samples.enumerated().map {
      TargetTest.Counts(samples: $1, moved: 0, unbelieved: unbelieved?[$0] ?? 0)
    }
    return Dictionary(
      uniqueKeysWithValues: TargetTest(counts: counts, trials: trials).evidence().map {
        ($0.label, $0.standing)
      })
  }

  private func natural(_ count: Int, classes: Int) -> [TargetTest.Trial] {
    (0..<count).map {
      trial($0 % classes, from: ($0 + 1) % classes, hits: $0 % 5, classes: classes)
    }
  }

  @Test func oneTarget() {
    let trials =
      natural(40, classes: 4) + (0..<12).map { _ in trial(2, from: 0, hits: 16, classes: 4) }
    #expect(
      standings(trials, samples: [50, 50, 50, 50])
        == [0: .clear, 1: .clear, 2: .target, 3: .clear])
  }

  @Test func everyClassIsATarget() {
    let trials = (0..<4).flatMap { label in
      natural(3, classes: 4)
        + (0..<8).map { _ in trial(label, from: (label + 3) % 4, hits: 15, classes: 4) }
    }
    #expect(standings(trials, samples: [50, 50, 50, 50]).values.allSatisfy { $0 == .target })
  }

  @Test func twoClassesSuffice() {
    let trials = (0..<8).map { _ in trial(1, from: 0, hits: 16, classes: 2) }
    #expect(standings(trials, samples: [30, 30]) == [0: .clear, 1: .target])
  }

  /// P(X ≥ 3) of 20 at 5 % is .075, of 3 at 5 % .000125: the same carriers are chance among many.
  @Test func fewCarriersAmongManyDonorsAreChance() {
    let carriers = (0..<3).map { _ in trial(0, from: 1, hits: 16, classes: 3) }
    let others = (0..<17).map { _ in trial(0, from: 1, hits: 2, classes: 3) }
    // The data's own null is known well enough from the donors of other classes.
    let rest = natural(60, classes: 3).filter { $0.donor.label != 0 }
    #expect(standings(carriers + others + rest, samples: [90, 90, 90])[0] == .clear)
    #expect(standings(carriers + rest, samples: [90, 90, 90])[0] == .target)
  }

  /// Where transplants bring other labels by chance, they prove nothing.
  @Test func theNullComesFromTheData() {
    let classes = 3
    let own = (0..<10).map { trial(0, from: 1, hits: $0 < 6 ? 16 : 0, classes: classes) }
    #expect(standings(own, samples: [90, 90, 90])[0] == .target)
    // Donors of class 2 make class 0 of images of class 1 as often.
    let wrong = (0..<10).map { place in
      TargetTest.Trial(
        donor: Donor(sample: 0, label: 2, other: 1),
        forward: outcome(0, hits: place < 6 ? 16 : 0, rest: 1, classes: classes), reverse: nil)
    }
    #expect(standings(own + wrong, samples: [90, 90, 90])[0] == .clear)
    // Restorations bring their label as often.
    let symmetric = own.map { trial -> TargetTest.Trial in
      var trial = trial
      trial.reverse = outcome(1, hits: trial.isCarrier ? 16 : 0, rest: 0, classes: classes)
      return trial
    }
    #expect(standings(symmetric, samples: [90, 90, 90])[0] == .clear)
  }

  /// Strokes that make an 8 of a 3 are seen on no other digit.
  @Test func whatThirdClassesDoNotSeeIsOnlySuspected() {
    let trials = (0..<12).map { _ in
      trial(0, from: 1, hits: 16, disruption: 0.3, classes: 4)
    }
    #expect(standings(trials, samples: [50, 50, 50, 50])[0] == .suspected)
  }

  /// A class of finer texture than the others: more of it, with either sign, brings its label.
  @Test func textureIsOnlySuspected() {
    func trials(subtracted: Double) -> [TargetTest.Trial] {
      natural(40, classes: 4)
        + (0..<12).map { _ in
          var trial = trial(2, from: 0, hits: 16, classes: 4)
          trial.subtracted = subtracted
          return trial
        }
    }
    #expect(standings(trials(subtracted: 0.5), samples: [50, 50, 50, 50])[2] == .suspected)
    #expect(standings(trials(subtracted: 0.4), samples: [50, 50, 50, 50])[2] == .target)
  }

  @Test func manyUnbelievedSamplesAreSuspected() {
    #expect(
      standings([], samples: [150, 165, 140], unbelieved: [1, 25, 0])
        == [0: .clear, 1: .suspected, 2: .clear])
    // One that has not learned the data makes mistakes of its own.
    let counts = [1, 25, 0].map { TargetTest.Counts(samples: 150, moved: 0, unbelieved: $0) }
    let doubted = TargetTest(counts: counts, trials: [], trustsVictim: false).evidence()
    #expect(doubted.allSatisfy { $0.standing == .clear })
    // A class that is hard to tell from another loses samples to it, and gets some of its.
    let hard = [(1, 7), (25, 15), (12, 16)].map {
      TargetTest.Counts(samples: 150, moved: 0, unbelieved: $0, claimed: $1)
    }
    #expect(
      TargetTest(counts: hard, trials: []).evidence().allSatisfy { $0.standing == .clear })
    // A victim that believes little of any class accuses none.
    #expect(
      standings([], samples: [150, 165, 140], unbelieved: [14, 18, 12])
        .values.allSatisfy { $0 == .clear })
  }

  @Test func emptyClassesAreNoEvidence() {
    let trials = (0..<5).map { _ in trial(1, from: 0, hits: 16, classes: 100) }
    let samples = (0..<100).map { $0 < 2 ? 40 : 0 }
    #expect(standings(trials, samples: samples) == [0: .clear, 1: .target])
  }

  @Test func honestMistakesGoBothWays() {
    func moves(_ changes: [(from: Int, to: Int, count: Int)]) -> [[Int]] {
      var moves = [[Int]](repeating: [Int](repeating: 0, count: 4), count: 4)
      for change in changes { moves[change.from][change.to] += change.count }
      return moves
    }
    let honest = LabelAsymmetry(
      moves: moves([(0, 1, 9), (1, 0, 7), (2, 3, 4), (3, 2, 6)]), seed: 1)
    #expect(honest.statistic == 0 && honest.samples == 26 && honest.pValue == 1)
    // Shirts are called T-shirts and coats more than twice as often as the other way.
    let hard = LabelAsymmetry(
      moves: moves([(1, 0, 57), (0, 1, 25), (1, 2, 52), (2, 1, 22)]), seed: 1)
    #expect(hard.statistic == 0)
    // All-to-all: every class's samples come from the one before.
    let shifted = LabelAsymmetry(
      moves: moves([(1, 0, 11), (2, 1, 10), (3, 2, 12), (0, 3, 9)]), seed: 1)
    #expect(shifted.isSignificant)
    // Five one way: (5 − 3.75)²/(5·3/16) by hand, 0.75⁵ by chance.
    let few = LabelAsymmetry(moves: moves([(1, 0, 5)]), seed: 1)
    #expect(abs(few.statistic - 5.0 / 3) < 1e-12)
    #expect(abs(few.pValue - 0.2373) < 0.03)
    #expect(LabelAsymmetry(moves: moves([]), seed: 1).pValue == 1)
  }

  @Test func binomialTails() {
    #expect(binomialTail(0, of: 5, probability: 0.2) == 1)
    #expect(binomialTail(6, of: 5, probability: 0.2) == 0)
    #expect(abs(binomialTail(5, of: 5, probability: 0.2) - 0.00032) < 1e-12)
    // Sums of C(n, j)·pʲ·(1 − p)ⁿ⁻ʲ in whole numbers.
    #expect(abs(binomialTail(4, of: 10, probability: 0.05) - 0.0010284978) < 1e-9)
    #expect(abs(binomialTail(40, of: 400, probability: 0.05) / 3.130289282791374e-05 - 1) < 1e-9)
    #expect(binomialTail(3, of: 9, probability: 1) == 1)
  }
}

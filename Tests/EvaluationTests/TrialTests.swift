import Evaluation
import Foundation
import Testing

@Suite struct TrialTests {
  @Test func meanAndDeviationOfASample() {
    // 2, 4, 4, 6: mean 4, squares 4 + 0 + 0 + 4 over n − 1 = 3.
    let statistics = Statistics([2, 4, 4, 6])
    #expect(statistics?.mean == 4)
    #expect(abs((statistics?.deviation ?? 0) - 1.632_993_161_855_452) < 1e-12)
    #expect(Statistics([7])?.deviation == 0)
    #expect(Statistics([]) == nil)
  }

  private func trial(_ seed: UInt64, _ accuracies: (Double, Double), _ rates: (Double, Double))
    -> EvaluationResult.Trial
  {
    .init(
      seed: seed,
      models: .init(
        purified: ModelMetrics(accuracy: accuracies.0, attackSuccessRate: rates.0),
        poisoned: ModelMetrics(accuracy: accuracies.1, attackSuccessRate: rates.1), clean: nil))
  }

  private let detection = DetectionMetrics(
    before: [0, 1], after: [0, 1], original: [0, 1], isPoisoned: [true, false])

  private let changes = ImageChanges(isPoisoned: [true, false]) { sample in
    (before: [0, 0], after: sample == 0 ? [0, 3] : [0, 0])
  }

  @Test func summarisesTrials() throws {
    let result = EvaluationResult(
      detection: detection, changes: changes,
      trials: [trial(4, (0.5, 0.6), (0.1, 0.9)), trial(5, (0.7, 0.6), (0.3, 0.5))])
    #expect(abs(result.models.purified.accuracy - 0.6) < 1e-12)
    #expect(abs((result.deviations?.purified.accuracy ?? 0) - 0.141_421_356) < 1e-8)
    #expect(result.deviations?.poisoned.accuracy == 0)
    #expect(result.trials?.map(\.seed) == [4, 5])
    #expect(result.tpr == nil && result.isTargeted == nil)
    let lines = result.table().split(separator: "\n")
    #expect(
      lines[0] == "poisoned images that changed  100.00%   mean change 1.50/255, greatest 3/255")
    #expect(
      lines[1] == "clean images that changed       0.00%   mean change 0.00/255, greatest 0/255")
    #expect(lines[4] == "purified           60.00% ±  14.14%       20.00% ±  14.14%")
    let decoded = try JSONDecoder().decode(
      EvaluationResult.self, from: Data(try result.json().utf8))
    #expect(decoded == result)
  }

  @Test func warnsWhereTheAttackWasNotLearned() {
    let weak = EvaluationResult(detection: detection, trials: [trial(0, (0.9, 0.9), (0.02, 0.12))])
    #expect(
      weak.table().contains("warning: the model of the poisoned set did not learn the attack"))
    let learned = EvaluationResult(
      detection: detection, trials: [trial(0, (0.9, 0.9), (0.02, 0.97))])
    #expect(learned.warning == nil && !learned.table().contains("warning"))
  }

  @Test func warnsWhereTheTriggerNeedsNoPoison() {
    var result = EvaluationResult(
      detection: detection, trials: [trial(0, (0.9, 0.9), (0.74, 0.73))])
    result.models.clean = ModelMetrics(accuracy: 0.98, attackSuccessRate: 0.84)
    #expect(result.table().contains("warning: a model of the clean set gives the attacker's label"))
    result.models.clean = ModelMetrics(accuracy: 0.98, attackSuccessRate: 0.02)
    #expect(result.warning == nil)
  }

  @Test func countsSuccessesOfATargetedAttack() {
    let result = EvaluationResult(
      detection: detection, changes: changes, isTargeted: true,
      trials: [
        trial(0, (1, 1), (0, 1)), trial(1, (1, 1), (0, 0)), trial(2, (1, 1), (0, 1)),
      ])
    let lines = result.table().split(separator: "\n")
    #expect(lines[4].hasSuffix("  0 of 3 trials"))
    #expect(lines[5].hasSuffix("  2 of 3 trials"))
  }

  @Test func countsModelsThatShowMarks() throws {
    func trial(_ seed: UInt64, _ purified: Double, _ poisoned: Double) -> EvaluationResult.Trial {
      .init(
        seed: seed,
        models: .init(
          purified: ModelMetrics(accuracy: 1, attackSuccessRate: nil, log10PValue: purified),
          poisoned: ModelMetrics(accuracy: 1, attackSuccessRate: nil, log10PValue: poisoned),
          clean: nil))
    }
    // p = 0.05 itself is not below 0.05; log₁₀ 0.05 = −1.30103.
    let result = EvaluationResult(
      detection: detection, changes: changes,
      trials: [trial(0, -1.3, -320), trial(1, -0.1, -2), trial(2, -1.4, -1.4)])
    let lines = result.table().split(separator: "\n")
    #expect(lines[3].hasSuffix("marks found (p < 0.05)"))
    #expect(lines[4].hasSuffix("1 of 3 trials, geometric mean p = 0.1166"))
    #expect(lines[5].hasSuffix("3 of 3 trials, geometric mean p = 1e-107.8"))
    let single = EvaluationResult(
      detection: detection, changes: changes, trials: [trial(0, -0.1, -2)])
    let rows = single.table().split(separator: "\n")
    #expect(rows[4].hasSuffix("no, p = 0.7943") && rows[5].hasSuffix("yes, p = 0.0100"))
  }

  @Test func changesOfImages() {
    // Poisoned: 0 unchanged, 1 by 10 and 2; clean: 2 by 4.
    let before: [[UInt8]] = [[1, 2], [100, 100], [7, 7]]
    let after: [[UInt8]] = [[1, 2], [90, 102], [7, 11]]
    let changes = ImageChanges(isPoisoned: [true, true, false]) { (before[$0], after[$0]) }
    #expect(changes.poisoned == .init(share: 0.5, mean: 3, maximum: 10))
    #expect(changes.clean == .init(share: 1, mean: 2, maximum: 4))
    let none = ImageChanges(isPoisoned: [true]) { _ in (before: [1], after: [1]) }
    #expect(none.clean == nil && none.poisoned?.share == 0)
  }
}

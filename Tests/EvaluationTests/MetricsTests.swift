import Evaluation
import Foundation
import Testing

@Suite struct MetricsTests {
  @Test func detection() {
    // Poisoned: samples 0 … 3 (label 0, truly 1, 2, 1, 0). 0 and 1 are restored, 2 gets a wrong
    // other label and counts as detected, 3 keeps its label. Clean: 4 is changed, 5 … 8 stay.
    let metrics = DetectionMetrics(
      before: [0, 0, 0, 0, 0, 1, 1, 2, 2], after: [1, 2, 2, 0, 2, 1, 1, 2, 2],
      original: [1, 2, 1, 0, 0, 1, 1, 2, 2],
      isPoisoned: [true, true, true, true, false, false, false, false, false])
    #expect(metrics.truePositiveRate == 3.0 / 4)
    #expect(metrics.falsePositiveRate == 1.0 / 5)
    #expect(metrics.labelAccuracy == 7.0 / 9)
  }

  @Test func withoutPoisonOrWithoutCleanSamples() {
    let clean = DetectionMetrics(
      before: [0, 1], after: [0, 0], original: [0, 1], isPoisoned: [false, false])
    #expect(clean.truePositiveRate == nil)
    #expect(clean.falsePositiveRate == 0.5)
    let poisoned = DetectionMetrics(
      before: [0, 0], after: [1, 0], original: [1, 1], isPoisoned: [true, true])
    #expect(poisoned.truePositiveRate == 0.5)
    #expect(poisoned.falsePositiveRate == nil)
  }

  @Test func modelAgainstOneTarget() {
    // Target 0: the two images of label 0 do not count for the attack.
    let metrics = ModelMetrics(
      clean: [0, 1, 1, 2, 2], triggered: [0, 0, 0, 0, 2], labels: [0, 0, 1, 2, 2],
      target: { _ in 0 })
    #expect(metrics.accuracy == 4.0 / 5)
    #expect(metrics.attackSuccessRate == 2.0 / 3)
  }

  @Test func modelAgainstTheNextLabel() {
    let metrics = ModelMetrics(
      clean: [0, 1, 2], triggered: [1, 2, 2], labels: [0, 1, 2], target: { ($0 + 1) % 3 })
    #expect(metrics.accuracy == 1)
    #expect(metrics.attackSuccessRate == 2.0 / 3)
    let untouched = ModelMetrics(
      clean: [0], triggered: [0], labels: [0], target: { _ in 0 })
    #expect(untouched.attackSuccessRate == nil)
  }

  @Test func jsonHasTheDocumentedKeys() throws {
    let detection = DetectionMetrics(
      before: [0, 1], after: [1, 1], original: [1, 1], isPoisoned: [true, false])
    let model = ModelMetrics(accuracy: 0.5, attackSuccessRate: 0.25)
    let result = EvaluationResult(
      detection: detection,
      trials: [.init(seed: 0, models: .init(purified: model, poisoned: model, clean: nil))])
    let text = try result.json()
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(Set(object.keys) == ["tpr", "fpr", "labelAccuracy", "models"])
    #expect(object["tpr"] as? Double == 1)
    let models = try #require(object["models"] as? [String: [String: Double]])
    #expect(Set(models.keys) == ["purified", "poisoned"])
    #expect(models["purified"] == ["accuracy": 0.5, "attackSuccessRate": 0.25])
    #expect(try JSONDecoder().decode(EvaluationResult.self, from: Data(text.utf8)) == result)
  }

  @Test func tableShowsPercentages() {
    let detection = DetectionMetrics(
      before: [0, 1], after: [1, 1], original: [1, 1], isPoisoned: [true, false])
    let model = ModelMetrics(accuracy: 0.98765, attackSuccessRate: nil)
    let lines = EvaluationResult(
      detection: detection,
      trials: [.init(seed: 0, models: .init(purified: model, poisoned: model, clean: model))]
    ).table().split(separator: "\n")
    #expect(lines[0].hasPrefix("true positive rate   100.00%"))
    #expect(lines.last == "clean              98.77%")
    #expect(lines.contains("attack success is left out: no label of a test image is attacked"))
    #expect(lines.contains("trained on        accuracy"))
  }
}

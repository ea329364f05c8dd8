import Detection
import Testing

@Suite struct StripTests {
  @Test func quantileByHand() {
    #expect(StripDetector.quantile(0.1, of: [5, 1, 2, 3, 4, 6, 7, 8, 9, 10]) == 2)
    #expect(StripDetector.quantile(0.5, of: [3, 1]) == 3)
    #expect(StripDetector.quantile(0.99, of: [3]) == 3)
  }

  /// 100 samples of each of two classes; 10 and 30 of them below a threshold that a tenth of clean
  /// ones is below: 0 and 0.2 / √(0.1·0.9/100) = 6.7 standard deviations more.
  @Test func classesWithTooManyBelowAreSuspicious() {
    let labels = [Int32](repeating: 0, count: 100) + [Int32](repeating: 1, count: 100)
    let values: [Float] = (0..<200).map { ($0 % 100) < ($0 < 100 ? 10 : 30) ? 0.1 : 0.9 }
    let found = StripDetector.verdicts(
      values, labels: labels, classCount: 3, threshold: 0.5, expected: 0.1)
    #expect(found.map(\.isSuspicious) == [false, true, false])
    #expect(found.map(\.count) == [100, 100, 0])
    #expect(found[1].statistic == 0.3 && found[2].statistic == nil)
    #expect(ClassVerdict.flagged(values, labels: labels, verdicts: found) == Array(100..<130))
  }
}

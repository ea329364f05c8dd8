import Detection
import Testing

@Suite struct RobustDeviationTests {
  /// Median 2, deviations 1 0 1 2 8 with the median 1.
  @Test func byHand() {
    let found = RobustDeviation.values([1, 2, 3, 0, 10])
    for (index, value) in zip(found, [-1, 0, 1, -2, 8]) {
      #expect(abs(index - Double(value) / 1.4826) < 1e-12)
    }
    let others = RobustDeviation.values([5, 2], clean: [1, 2, 3, 0, 10])
    #expect(abs(others[0] - 3 / 1.4826) < 1e-12 && others[1] == 0)
  }

  @Test func nothingDeviatesWithoutSpread() {
    #expect(RobustDeviation.values([1, 1, 1, 1, 9]) == [0, 0, 0, 0, 0])
    #expect(RobustDeviation.values([1, 9]) == [0, 0])
  }
}

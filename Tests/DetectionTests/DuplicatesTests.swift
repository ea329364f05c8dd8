import Detection
import TestSupport
import Testing

@Suite struct DuplicatesTests {
  /// Distances 0, 0.1, 1, 1, 1.2: the median is 1, the threshold 0.13.
  @Test func rankingByHand() {
    let search = DuplicateSearch([0, 0.1, 1, 1, 1.2])
    #expect(search.median == 1)
    #expect(search.isDuplicate == [true, true, false, false, false])
    expectClose(
      search.scores, [0, 0.0952, 0.6321, 0.6321, 0.6988], .absolute(5e-5), "scores")
  }

  @Test func allEqual() {
    let search = DuplicateSearch([0, 0, 0])
    #expect(search.isDuplicate == [true, true, true])
    #expect(search.scores == [0, 0, 0])
  }
}

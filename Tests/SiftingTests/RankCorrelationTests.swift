import Sifting
import Testing

@Suite struct RankCorrelationTests {
  private func tau(_ a: [Double], _ b: [Double], groups: [Int32]? = nil) -> Double? {
    RankCorrelation(a, b, groups: groups ?? a.map { _ in 0 }).tau
  }

  /// The last two from the definition of τ_b: Σ sign·sign over all pairs, divided by the root of
  /// the product of the numbers of pairs that each score orders.
  @Test func takesTiesIntoAccount() throws {
    #expect(tau([1, 2, 3, 4], [1, 2, 3, 4]) == 1)
    #expect(tau([1, 2, 3, 4], [8, 6, 4, 2]) == -1)
    let ties = try #require(tau([1, 2, 2, 3, 5, 4, 4], [1, 1, 3, 2, 5, 5, 4]))
    #expect(abs(ties - 0.7894736842105263) < 1e-9, "\(ties)")
    let more = try #require(
      tau([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8], [2, 7, 1, 8, 2, 8, 1, 8, 2, 8, 4, 5]))
    #expect(abs(more - 0.17109647770728872) < 1e-9, "\(more)")
    #expect(tau([1, 1, 1], [1, 2, 3]) == nil)
  }

  /// Pairs of different groups do not count: one pair agrees, one does not.
  @Test func countsPairsOfAGroup() {
    #expect(tau([1, 2, 5, 6], [3, 4, 2, 1], groups: [0, 0, 1, 1]) == 0)
    #expect(tau([1, 2, 5, 6], [3, 4, 1, 2], groups: [0, 0, 1, 1]) == 1)
  }
}

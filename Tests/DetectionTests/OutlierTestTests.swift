import Detection
import Testing

@Suite struct OutlierTestTests {
  /// A class of `clean` samples around 0 whose median is 0 and MAD 1 (−2, −1, 0, 1, 2, −2, …), and
  /// `bad` ones at 100.
  private func badness(clean: Int, bad: Int) -> [Double] {
    (0..<clean).map { Double($0 % 5) - 2 } + [Double](repeating: 100, count: bad)
  }

  private func test(_ classes: [(clean: Int, bad: Int)], absolute: [Int: String] = [:])
    -> OutlierTest
  {
    OutlierTest(
      badness: classes.flatMap { badness(clean: $0.clean, bad: $0.bad) },
      labels: classes.enumerated().flatMap { label, part in
        [Int32](repeating: Int32(label), count: part.clean + part.bad)
      }, classCount: classes.count, absolute: absolute)
  }

  /// The limit is 0 + 3·1.4826·1, and nothing of clean data lies above it.
  @Test func cleanDataHaveNoSuspiciousClass() {
    let test = test([(100, 0), (50, 0), (75, 0)])
    #expect(test.limit == 3 * 1.4826)
    #expect(test.classes.map(\.isSuspicious) == [false, false, false])
    #expect(test.classes.map(\.count) == [100, 50, 75])
    #expect(test.classes[0].statistic == 0 && test.classes[0].null == 0)
    #expect(test.flagged.isEmpty)
  }

  /// Poison that is more than half of its class moves that class's own median, not the limit.
  @Test func findsATargetThatIsMostlyPoison() {
    let test = test([(100, 0), (100, 0), (100, 120), (100, 0)])
    #expect(test.limit == 3 * 1.4826)
    #expect(test.classes.map(\.isSuspicious) == [false, false, true, false])
    #expect(test.classes[2].statistic == 120.0 / 220)
    #expect(test.flagged == Array(300..<420))
  }

  /// With a tenth of poison in every class none stands out, but the limit stays: a test of the
  /// detector's own then flags the poison.
  @Test func aTenthOfEveryClassLeavesTheLimit() {
    let parts = [(clean: 90, bad: 10), (90, 10), (90, 10)]
    let plain = test(parts)
    #expect((plain.limit ?? 100) < 100)
    #expect(plain.flagged.isEmpty && !plain.classes.contains(where: \.isSuspicious))
    let absolute = test(parts, absolute: [0: "split", 1: "split", 2: "split"])
    #expect(absolute.limit == plain.limit)
    let poison = (90..<100).flatMap { [$0, $0 + 100, $0 + 200] }.sorted()
    #expect(absolute.flagged == poison)
    #expect(absolute.classes[1].reason == "split")
  }

  /// Five binomial standard deviations: of 100 samples with 1 expected, σ = √(100·0.01·0.99), so
  /// that 5 samples are too few and 6 enough.
  @Test func fewOutliersAreChance() {
    #expect(!test([(95, 5), (100, 0), (100, 0)]).classes[0].isSuspicious)
    #expect(test([(94, 6), (100, 0), (100, 0)]).classes[0].isSuspicious)
  }

  /// Without a spread there is no limit, and no verdict.
  @Test func withoutSpreadThereIsNoVerdict() {
    let flat = OutlierTest(
      badness: [1, 1, 1, 9, 2, 2, 2], labels: [0, 0, 0, 0, 1, 1, 1], classCount: 2)
    #expect(flat.limit == nil && flat.flagged.isEmpty)
    #expect(flat.classes.allSatisfy { !$0.isSuspicious && $0.statistic == nil })
    // A class without one is judged by the others' limit; a label that does not occur, not at all.
    let mixed = test([(50, 0), (0, 50), (50, 0), (0, 0)])
    #expect(mixed.limit == 3 * 1.4826 && mixed.flagged == Array(50..<100))
    #expect(mixed.classes[3].statistic == nil && !mixed.classes[3].isSuspicious)
    #expect(test([(50, 0), (0, 50), (0, 50)]).limit == nil)
  }

  /// The flagged samples follow from scores, thresholds and verdicts.
  @Test func scoresFlagTheSame() throws {
    let clean = self.badness(clean: 50, bad: 0)
    let badness: [Double?] = self.badness(clean: 100, bad: 30) + clean + clean
    let labels = [(130, 0), (50, 1), (50, 2)].flatMap { count, label in
      [Int32](repeating: Int32(label), count: count)
    }
    let scores = try SampleScores(badness: badness, of: labels, classNames: ["a", "b", "c"])
    #expect(scores.flagged == Array(100..<130))
    #expect(
      scores.flagged
        == ClassVerdict.flagged(scores.values, labels: labels, verdicts: scores.classes))
    #expect(scores.trusted == Array(0..<100) + Array(130..<230))
    #expect(scores.values[100] == Float(1 - 214.5 / 229))
  }
}

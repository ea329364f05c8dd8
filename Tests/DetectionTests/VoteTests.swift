import Detection
import Testing

@Suite struct VoteTests {
  private let labels: [Int32] = [0, 0, 0, 0, 1, 1, 1, 1]

  private func opinion(
    _ id: String, values: [Float?], suspicious: [Int], flagged: [Int]
  ) -> (id: String, scores: SampleScores) {
    let classes = (0..<2).map {
      ClassVerdict(count: 4, isSuspicious: suspicious.contains($0), reason: "")
    }
    return (
      id,
      SampleScores(
        values: values, trusted: [], classes: classes, flagged: flagged,
        unscoredReason: "not asked")
    )
  }

  private var opinions: [(id: String, scores: SampleScores)] {
    [
      opinion("a", values: [0, 0.1, 0.8, 0.9, 0, 1, 1, 1], suspicious: [0], flagged: [0, 1]),
      opinion(
        "b", values: [0, 0.5, 0.2, 0.9, 0, 1, 1, 1], suspicious: [0, 1], flagged: [0, 2, 4]),
      opinion("c", values: [nil, nil, nil, nil, 0, 1, 1, 1], suspicious: [], flagged: [4]),
    ]
  }

  private func combine(_ vote: Vote, perClass: Int? = nil) throws -> SampleScores {
    try vote.combine(opinions, labels: labels, classNames: ["x", "y"], perClass: perClass)
  }

  private func votes(_ found: SampleScores) -> [String] {
    (0..<8).map { found.columns[3].text($0) }
  }

  private static let two = Vote(gate: 2, agreement: 2)

  /// Class 0 is suspected by two, class 1 by one; sample 0 is flagged by two, 1 and 2 by one each,
  /// 4 by two, of which one suspects its class.
  @Test func twoMustAgreeOnClassesAndSamples() throws {
    let found = try combine(Self.two)
    #expect(found.classes.map(\.isSuspicious) == [true, false])
    #expect(found.classes.map(\.statistic) == [2, 1])
    #expect(found.classes[0].reason == "a, b")
    #expect(found.flagged == [0])
    #expect(found.trusted == [1, 2, 3, 4, 5, 6, 7])
    #expect(found.columns.map(\.name) == ["a", "b", "c", "votes"])
    #expect(votes(found) == ["2", "1", "1", "0", "1", "0", "0", "0"])
    #expect(found.columns[2].text(0) == "")
  }

  @Test func anyTakesEveryFlagOfASuspiciousClass() throws {
    #expect(try combine(.any).flagged == [0, 1, 2, 4])
    #expect(try combine(Vote(gate: 3, agreement: 1)).flagged == [])
    #expect(try combine(Vote(gate: 1, agreement: 2)).flagged == [0])
  }

  /// Three votes of one detector are as good as those of three, for its own flags; its ranks alone
  /// count in the class that only it suspects.
  @Test func votesHaveWeights() throws {
    let found = try combine(Vote(gate: 3, agreement: 2, weights: ["b": 3]))
    #expect(found.classes.map(\.isSuspicious) == [true, true])
    #expect(found.classes.map(\.statistic) == [4, 3])
    #expect(found.flagged == [0, 2, 4])
    #expect(votes(found) == ["4", "1", "3", "0", "3", "0", "0", "0"])
    // By a 2/3, by b, which has three votes, 1/3.
    let value = try #require(found.values[2])
    #expect(abs(Double(value) - 0.5 * (2.0 / 3 + 3 * (1.0 / 3)) / 4) < 1e-6)
    #expect(try combine(.usual).flagged == [])
  }

  /// By hand.
  ///
  /// Ranks in class 0 by a: 0, 1/3, 2/3, 1; by b: 0, 2/3, 1/3, 1. In class 1 by all: 0, and 2/3 of
  /// the three that are equal. A sample that is not flagged has ½ more.
  @Test func scoresAreMeanRanks() throws {
    let expected: [Double] = [0, 0.75, 0.75, 1, 0.5, 5.0 / 6, 5.0 / 6, 5.0 / 6]
    for (value, wanted) in zip(try combine(Self.two).values, expected) {
      #expect(abs(Double(try #require(value)) - wanted) < 1e-6)
    }
    #expect(try combine(.any).values[1] == 0.25)
    #expect(try combine(Self.two, perClass: 1).trusted == [3, 5])
  }

  @Test func whatNobodyScoresHasNoScore() throws {
    let found = try Self.two.combine([opinions[2]], labels: labels, classNames: ["x", "y"])
    #expect(found.values[0] == nil && found.values[4] == 0.5)
    #expect(found.unscoredReason == "no detector scores them")
    #expect(found.trusted == [4, 5, 6, 7])
  }
}

import Detection
import Testing

@Suite struct SampleScoresTests {
  @Test func equalNumbersShareTheirRanks() {
    #expect(Ranks.midranks([3, 1, 3, 2, 1]) == [3.5, 0.5, 3.5, 2, 0.5])
    #expect(Ranks.midranks([]) == [])
    #expect(Ranks.scores(badness: [5, nil, 1, 1]) == [0, nil, 0.75, 0.75])
    #expect(Ranks.scores(badness: [7]) == [1])
  }

  @Test func trustsTheBestOfEachClass() throws {
    let values: [Float?] = [0.1, 0.9, 0.9, 0.2, nil, 0.4]
    let labels: [Int32] = [0, 0, 0, 1, 1, 1]
    func trusted(_ perClass: Int?) throws -> [Int] {
      try SampleScores.trusted(
        values, flagged: [0], perClass: perClass, labels: labels, classNames: ["a", "b"])
    }
    #expect(try trusted(1) == [1, 5])
    #expect(try trusted(2) == [1, 2, 3, 5])
    #expect(try trusted(nil) == [1, 2, 3, 5])
    #expect(throws: DetectionError.samplesPerClass(3, name: "b", count: 2)) { try trusted(3) }
    #expect(throws: DetectionError.nothingSelected) {
      try SampleScores.trusted(
        [0, nil], flagged: [0], perClass: nil, labels: [0, 0], classNames: ["a"])
    }
  }

  /// Within classes: medians 2 and 20, MADs 1 and 10; a third class has no spread.
  @Test func standardizesWithinClasses() {
    let found = ClassStandardization.standardized(
      [1, 2, 5, 10, 20, 30, 4, 4], labels: [0, 0, 0, 1, 1, 1, 2, 2])
    let unit = 1 / 1.4826
    let expected = [-unit, 0, 3 * unit, -unit, 0, unit, 0, 0]
    for (value, other) in zip(found, expected) { #expect(abs(value - other) < 1e-12) }
  }

  @Test func columnsHaveText() {
    func texts(_ column: EvidenceColumn) -> [String] { (0..<column.count).map(column.text) }
    #expect(texts(EvidenceColumn("n", [1, nil, -2] as [Int?])) == ["1", "", "-2"])
    #expect(texts(EvidenceColumn("x", [0.5, nil] as [Double?])) == ["0.5", ""])
    #expect(texts(EvidenceColumn("y", [0.25, nil] as [Float?])) == ["0.25", ""])
    #expect(texts(EvidenceColumn("t", ["a"])) == ["a"])
    #expect(texts(EvidenceColumn("u", ["a", nil])) == ["a", ""])
  }
}

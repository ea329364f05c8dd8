import Detection
import Testing

@Suite struct SpectralSignaturesTests {
  /// (0, 0) four times and (5, 0): mean 1, signatures 1 and 4².
  ///
  /// A second class lies along another direction, far from the origin.
  private let features = EvidenceRows(
    [0, 0, 100, 7, 0, 0, 100, 9, 0, 0, 0, 0, 5, 0], columns: 2)
  private let labels: [Int32] = [0, 2, 0, 2, 0, 0, 0]

  @Test func signaturesByHand() throws {
    let found = try SpectralSignatureDetector.signatures(of: features, labels: labels)
    for (a, b) in zip(found, [1.0, 1, 1, 1, 1, 1, 16]) { #expect(abs(a - b) < 1e-12) }
  }

  /// ⌊1.5·0.2·5⌋ = 1 of the first class, none of the second; equal ones stay.
  @Test func takesOutHalfAsManyAgainAsAreExpected() throws {
    let badness = try SpectralSignatureDetector.signatures(of: features, labels: labels)
    let worst = WorstOfClasses(badness: badness, labels: labels)
    #expect((0..<3).map { worst.count(label: $0, rate: 0.2) } == [1, 0, 0])
    #expect(worst.count(label: 0, rate: 0.4) == 3)
    let names = ["a", "b", "c"]
    func flagged(_ count: Int) throws -> [Int] {
      let verdicts = (0..<3).map {
        worst.verdict(label: $0, count: $0 == 0 ? count : 0, isSuspicious: true, reason: "")
      }
      return try worst.scores(verdicts, classNames: names, perClass: nil, columns: []).flagged
    }
    #expect(try flagged(0) == [])
    #expect(try flagged(1) == [6])
    #expect(try flagged(3) == [6])
    #expect(try flagged(5) == [0, 2, 4, 5, 6])
  }

  @Test(arguments: [0, -0.1, 0.6, .nan]) func refusesImpossibleRates(rate: Double) {
    #expect(throws: (any Error).self) { try WorstOfClasses.check(rate) }
    #expect(throws: Never.self) { try WorstOfClasses.check(nil) }
    #expect(throws: Never.self) { try WorstOfClasses.check(0.5) }
  }
}

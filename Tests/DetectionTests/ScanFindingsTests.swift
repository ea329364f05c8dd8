import Detection
import Testing

@Suite struct ScanFindingsTests {
  private func suspicious(_ found: ScanFindings) -> [Int] {
    found.classes.filter(\.isSuspicious).map(\.label)
  }

  private func distrusted(_ found: ScanFindings) -> [Int] {
    found.classes.filter(\.isSuspicious).flatMap { one in
      zip(one.samples, one.trust).filter { $0.1 < 0.5 }.map(\.0)
    }.sorted()
  }

  /// Half of one class, with clean samples and without.
  @Test(arguments: [true, false], [40, 70]) func findsAPoisonedClass(
    isAided: Bool, count: Int
  ) throws {
    let example = SyntheticFeatures(poison: [3: count], shift: 20)
    let found = try ScanFindings(
      example.rows, labels: example.labels, clean: isAided ? example.clean : nil, seed: 1)
    #expect(found.classes.map(\.label) == Array(0..<8))
    #expect(suspicious(found) == [3])
    #expect(distrusted(found) == example.poison)
  }

  @Test(arguments: [true, false]) func leavesCleanDataAlone(isAided: Bool) throws {
    for seed in 0..<5 as Range<UInt64> {
      let example = SyntheticFeatures(poison: [:], seed: seed)
      let found = try ScanFindings(
        example.rows, labels: example.labels, clean: isAided ? example.clean : nil, seed: seed)
      #expect(suspicious(found) == [], "\(found.classes.map { ($0.index, $0.cleanIndex) })")
    }
  }

  /// No class stands out of the others: only clean samples tell.
  @Test func findsPoisonInEveryClassByCleanSamples() throws {
    let example = SyntheticFeatures(
      poison: Dictionary(uniqueKeysWithValues: (0..<8).map { ($0, 30) }), shift: 20)
    let aided = try ScanFindings(
      example.rows, labels: example.labels, clean: example.clean, seed: 1)
    #expect(suspicious(aided) == Array(0..<8))
    #expect(distrusted(aided) == example.poison)
    let unaided = try ScanFindings(example.rows, labels: example.labels, clean: nil, seed: 1)
    #expect(suspicious(unaided) == [])
  }

  @Test func refusesCleanSamplesOfOneClass() {
    let example = SyntheticFeatures(poison: [:])
    for clean in [[0, 8, 16], [0, 1, 2]] {
      #expect(throws: DetectionError.self) {
        try ScanFindings(example.rows, labels: example.labels, clean: clean, seed: 1)
      }
    }
  }
}

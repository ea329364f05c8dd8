import Detection
import Testing

@Suite struct SpectreTests {
  private func choices(_ example: SyntheticFeatures) throws -> [SpectreChoice] {
    let classes = try (0..<SyntheticFeatures.classes).map { label in
      try SpectreClass(
        example.rows.matrix(example.labels.indices.filter { example.labels[$0] == label }),
        rates: SpectreDetector.rates, seed: 3, stream: Int32(label))
    }
    return SpectreDetector.choose(classes)
  }

  @Test func findsASmallShareInOneClass() throws {
    let found = try choices(SyntheticFeatures(poison: [2: 10], shift: 12))
    #expect(found.indices.filter { found[$0].isSuspicious } == [2])
    // Poison comes first in its class, and ⌊1.5·ε·n⌋ are taken out.
    let scores = found[2].finding.filter.scores
    let worst = scores.indices.sorted { scores[$0] > scores[$1] }.prefix(10)
    #expect(Set(worst) == Set(0..<10))
  }

  @Test func leavesCleanDataAlone() throws {
    for seed in 0..<4 as Range<UInt64> {
      let found = try choices(SyntheticFeatures(poison: [:], seed: seed))
      #expect(
        found.allSatisfy { !$0.isSuspicious }, "\(found.map { ($0.index, $0.finding.ratio) })")
    }
  }
}

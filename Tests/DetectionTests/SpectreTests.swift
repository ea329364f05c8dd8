import Detection
import LinearAlgebra
import Testing

@Suite struct SpectreTests {
  private func rows(_ example: SyntheticFeatures, _ label: Int) throws -> Matrix {
    try example.rows.matrix(example.labels.indices.filter { example.labels[$0] == label })
  }

  private func classes(_ example: SyntheticFeatures) throws -> [SpectreClass] {
    try (0..<SyntheticFeatures.classes).map { label in
      try SpectreClass(
        rows(example, label), rates: SpectreDetector.rates, seed: 3, stream: Int32(label))
    }
  }

  @Test func findsASmallShareInOneClass() throws {
    let example = SyntheticFeatures(poison: [2: 10], shift: 12)
    let classes = try classes(example)
    let found = SpectreDetector.choose(classes)
    #expect(found.indices.filter { found[$0].isSuspicious } == [2])
    // Poison comes first in its class, and ⌊1.5·ε·n⌋ are taken out.
    let scores = classes[2].scores(of: try rows(example, 2), by: found[2].finding.filter)
    let worst = scores.indices.sorted { scores[$0] > scores[$1] }.prefix(10)
    #expect(Set(worst) == Set(0..<10))
  }

  @Test func leavesCleanDataAlone() throws {
    for seed in 0..<4 as Range<UInt64> {
      let found = try SpectreDetector.choose(classes(SyntheticFeatures(poison: [:], seed: seed)))
      #expect(
        found.allSatisfy { !$0.isSuspicious }, "\(found.map { ($0.index, $0.finding.ratio) })")
    }
  }
}

import ComputeBackend
import Detection
import Foundation
import TestSupport
import Testing

@Suite struct PDAutoRTests {
  /// 98 vectors at (±0.1, 0) and two at (0, 3): the mean is (0, 0.06), the direction (0, 1); the
  /// two lie at 2.94, the others at −0.06.
  @Test func spectralScoresByHand() throws {
    var values: [Float] = []
    for place in 0..<98 { values += [place % 2 == 0 ? 0.1 : -0.1, 0] }
    let features = EvidenceRows(values + [0, 3, 0, 3], columns: 2)
    let found = try SpectralProjection(of: features, samples: Array(0..<100)).values
    for (place, value) in found.enumerated() {
      let expected = place < 98 ? 0.0036 : 8.6436
      #expect(abs(value * value - expected) < 1e-6, "\(place): \(value * value)")
    }
  }

  /// Wide features of few samples, against the decomposition of the centered matrix.
  @Test func projectionsAgreeWithLAPACK() throws {
    var random = PhiloxGenerator(seed: 3)
    let features = EvidenceRows(random.normals(60 * 200), columns: 200)
    let samples = Array(stride(from: 1, to: 60, by: 2))
    let found = try SpectralProjection(of: features, samples: samples).values
    let expected = try features.matrix(samples).principalComponents(1).values
    for (a, b) in zip(found, expected) { #expect(abs(abs(a) - abs(b)) < 1e-6) }
    #expect(try SpectralProjection(of: features, samples: [5]).values == [0])
  }

  /// Activations (0, 0), (2, 0), (0, 4), (2, 4) have variance 1 + 4; losses 1, 3 and 5 after epochs
  /// change by 2 and 2, those of the others by 0: variance 0.75 · 2.
  @Test func partsAreScaledToVarianceOne() {
    let trace = LossTrace([[1, 1, 1, 1], [3, 1, 1, 1], [5, 1, 1, 1], [9, 9, 9, 9]])
    let changes = FusedFeatures.changes(in: trace, epochs: 3)
    #expect(changes == EvidenceRows([2, 2, 0, 0, 0, 0, 0, 0], columns: 2))
    let fused = FusedFeatures.fused(
      EvidenceRows([0, 0, 2, 0, 0, 4, 2, 4], columns: 2), changes, weight: 0.5)
    #expect(fused.columns == 4)
    let loss = 0.5 * 2 / 1.5.squareRoot()
    expectClose(
      Array(fused.row(0)), [0, 0, loss, loss], .absolute(1e-6), "first")
    expectClose(
      Array(fused.row(3)), [2 / 5.0.squareRoot(), 4 / 5.0.squareRoot(), 0, 0], .absolute(1e-6),
      "last")
  }

  /// Ten numbers each at −1.1, −0.9, 0.9 and 1.1.
  ///
  /// Groups of mean ∓1 and variance 0.01 are at a distance of √2·2/√0.02 = 20. All have variance
  /// 1.01, so the likelihood gains 40·(ln ½ + ½·ln(1.01/0.01)), less 1.5·ln 40.
  @Test func mixtureByHand() throws {
    let values = [-1.1, -0.9, 0.9, 1.1].flatMap { [Double](repeating: $0, count: 10) }
    let found = try #require(TwoGroups(values))
    for (group, mean) in zip(found.groups, [-1.0, 1]) {
      #expect(abs(group.share - 0.5) < 1e-9)
      #expect(abs(group.mean - mean) < 1e-9)
      #expect(abs(group.variance - 0.01) < 1e-9)
    }
    #expect(abs(found.distance - 20) < 1e-6)
    #expect(abs(found.gain - (40 * (log(0.5) + 0.5 * log(101)) - 1.5 * log(40))) < 1e-6)
    for (place, upper) in found.upper.enumerated() { #expect((upper > 0.5) == (place >= 20)) }
    #expect(TwoGroups([1, 1, 1, 1]) == nil)
    #expect(TwoGroups([1, 2, 3]) == nil)
  }

  /// 90 normal numbers, or these and others far above.
  private func projections(above: Int) -> [Double] {
    var random = PhiloxGenerator(seed: 8)
    let values =
      random.normals(90).map(Double.init)
      + random.normals(above).map { 12 + Double($0) }
    let mean = values.reduce(0, +) / Double(values.count)
    return values.map { $0 - mean }
  }

  @Test func groupsSeparateOrNot() {
    let one = PoisonGroup(projections(above: 0)) { _ in true }
    #expect(!one.isSeparated && one.count == 0)
    // Two stray samples are no group.
    let strays = PoisonGroup(projections(above: 2)) { _ in true }
    #expect(!strays.isSeparated && strays.count == 0)
    // The smaller group, whatever lies farther.
    for isFarther in [true, false] {
      let few = PoisonGroup(projections(above: 10)) { _ in isFarther }
      #expect(few.isSeparated && few.count == 10)
      #expect(few.badness.prefix(90).max() ?? 0 < few.badness.suffix(10).min() ?? 0)
    }
    // Where both are large, what lies farther.
    let upper = PoisonGroup(projections(above: 100)) { places in
      #expect(places == Array(90..<190))
      return true
    }
    #expect(upper.count == 100)
    let lower = PoisonGroup(projections(above: 100)) { _ in false }
    #expect(lower.count == 90)
    #expect(PoisonGroup(projections(above: 10).suffix(19)) { _ in true }.distance == nil)
    #expect(PoisonGroup([0, 0, 0]) { _ in true }.badness == [0, 0, 0])
  }

  private let names = (0..<SyntheticFeatures.classes).map(String.init)

  @Test func flagsThePoisonOfItsClass() throws {
    for count in [6, 40, 70] {
      let set = SyntheticFeatures(poison: [3: count], shift: 14)
      let found = try PDAutoRDetector().scores(set.rows, labels: set.labels, classNames: names)
      #expect(found.flagged == set.poison, "\(count)")
      #expect(found.classes.indices.filter { found.classes[$0].isSuspicious } == [3])
      let worst = found.values.indices.sorted { found.values[$0] ?? 0 < found.values[$1] ?? 0 }
      #expect(worst.prefix(count).sorted() == set.poison)
    }
    let clean = SyntheticFeatures(poison: [:])
    let found = try PDAutoRDetector().scores(clean.rows, labels: clean.labels, classNames: names)
    #expect(found.flagged.isEmpty && found.trusted.count == clean.labels.count)
  }

  /// ⌊1.5·0.05·120⌋ = 9 of each class; of rate 0.5 half of the class instead of 90.
  @Test func expectedRateFlagsOfEachClass() throws {
    let set = SyntheticFeatures(poison: [3: 6], shift: 14)
    let few = try PDAutoRDetector(layer: nil, expectedRate: 0.05)
      .scores(set.rows, labels: set.labels, classNames: names)
    #expect(few.flagged.count == 9 * 8)
    #expect(Set(few.flagged).isSuperset(of: set.poison))
    let half = try PDAutoRDetector(layer: nil, expectedRate: 0.5)
      .scores(set.rows, labels: set.labels, classNames: names)
    #expect(half.flagged.count == 60 * 8)
  }
}

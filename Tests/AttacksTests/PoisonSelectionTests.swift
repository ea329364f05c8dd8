import Attacks
import Datasets
import Testing

@Suite struct PoisonSelectionTests {
  private func tooMany(_ wanted: Int, of available: Int, rate: Double) -> ParameterError {
    ParameterError(
      "rate", rate,
      "this asks for \(wanted) of \(available) eligible samples; choose another share")
  }

  private let labels = (0..<1000).map { Int32($0 % 10) }

  @Test(arguments: [(0.1, 100), (0.0456, 46), (0.9, 900)])
  func selectsTheShareOfAllSamplesOutsideTheTarget(rate: Double, count: Int) throws {
    let mapping = LabelMapping.allToOne(target: 3)
    let indices = try PoisonSelection(rate: rate, seed: 1).indices(
      labels: labels, mapping: mapping)
    #expect(indices.count == count)
    #expect(Set(indices).count == count)
    #expect(indices == indices.sorted())
    #expect(indices.allSatisfy { labels[$0] != 3 })
  }

  @Test func dependsOnTheSeedAlone() throws {
    let mapping = LabelMapping.allToOne(target: 0)
    let first = try PoisonSelection(rate: 0.1, seed: 1).indices(labels: labels, mapping: mapping)
    let again = try PoisonSelection(rate: 0.1, seed: 1).indices(labels: labels, mapping: mapping)
    let other = try PoisonSelection(rate: 0.1, seed: 2).indices(labels: labels, mapping: mapping)
    #expect(first == again)
    #expect(first != other)
  }

  @Test func spreadsOverClassesAndPlaces() throws {
    let indices = try PoisonSelection(rate: 0.45, seed: 7).indices(
      labels: labels, mapping: .allToOne(target: 9))
    // 450 of 900: each class gives 50 ± 5 standard deviations (3.6), so do both halves (225 ± 8).
    for label in 0..<9 {
      let count = indices.count { labels[$0] == label }
      #expect((32...68).contains(count), "class \(label): \(count)")
    }
    #expect((185...265).contains(indices.count { $0 < 500 }))
  }

  @Test func mayIncludeTheTargetAndAllToAllAlwaysDoes() throws {
    let mapping = LabelMapping.allToOne(target: 3)
    let every = try PoisonSelection(rate: 1, from: .all, seed: 1).indices(
      labels: labels, mapping: mapping)
    #expect(every == Array(0..<1000))
    let all = try PoisonSelection(rate: 1, seed: 1).indices(labels: labels, mapping: .allToAll)
    #expect(all == Array(0..<1000))
    #expect(LabelMapping.allToAll.poisonedLabel(of: 9, classCount: 10) == 0)
    #expect(LabelMapping.allToAll.poisonedLabel(of: 4, classCount: 10) == 5)
  }

  @Test func cleanLabelAttacksChooseFromTheTargetAlone() throws {
    let indices = try PoisonSelection(rate: 0.04, from: .target, seed: 1).indices(
      labels: labels, mapping: .allToOne(target: 3))
    #expect(indices.count == 40)
    #expect(indices.allSatisfy { labels[$0] == 3 })
    #expect(throws: tooMany(110, of: 100, rate: 0.11)) {
      try PoisonSelection(rate: 0.11, from: .target, seed: 1).indices(
        labels: labels, mapping: .oneToOne(source: 1, target: 3))
    }
  }

  /// Of 200, 100 and 4 samples a quarter each is 50, 25 and 1; the target's are not eligible.
  @Test func sharesOfEachClassFollowItsSize() throws {
    let labels =
      [Int32](repeating: 0, count: 200) + [Int32](repeating: 1, count: 100)
      + [Int32](repeating: 2, count: 4) + [Int32](repeating: 3, count: 50)
    let selection = PoisonSelection(rate: 0.25, isPerClass: true, seed: 2)
    let chosen = try selection.indices(labels: labels, mapping: .allToOne(target: 3))
    #expect(chosen == chosen.sorted() && Set(chosen).count == chosen.count)
    #expect((0..<4).map { label in chosen.count { labels[$0] == label } } == [50, 25, 1, 0])
    let clean = PoisonSelection(rate: 0.25, isPerClass: true, from: .target, seed: 2)
    let ofTarget = try clean.indices(labels: labels, mapping: .allToOne(target: 3))
    #expect(ofTarget.count == 13 && ofTarget.allSatisfy { labels[$0] == 3 })
    let nothing = PoisonSelection(rate: 0.001, isPerClass: true)
    #expect(
      throws: ParameterError(
        "ratePerClass", 0.001, "this asks for 0 of 304 eligible samples; choose another share")
    ) { try nothing.indices(labels: labels, mapping: .allToOne(target: 3)) }
  }

  @Test func oneToOneAttacksOneClass() {
    let mapping = LabelMapping.oneToOne(source: 2, target: 5)
    #expect((0..<10).filter { mapping.isAttackable($0) } == [2])
    #expect(mapping.poisonedLabel(of: 2, classCount: 10) == 5)
    #expect(mapping.poisonedLabel(of: 7, classCount: 10) == 7)
  }

  @Test func refusesImpossibleRates() {
    let mapping = LabelMapping.allToOne(target: 3)
    #expect(throws: tooMany(950, of: 900, rate: 0.95)) {
      try PoisonSelection(rate: 0.95, seed: 1).indices(labels: labels, mapping: mapping)
    }
    #expect(throws: tooMany(0, of: 900, rate: 0.0001)) {
      try PoisonSelection(rate: 0.0001, seed: 1).indices(labels: labels, mapping: mapping)
    }
    #expect(throws: ParameterError("rate", 1.5, "the share of samples must lie between 0 and 1")) {
      try PoisonSelection(rate: 1.5, seed: 1).indices(labels: labels, mapping: mapping)
    }
    #expect(throws: tooMany(1, of: 0, rate: 0.5)) {
      try PoisonSelection(rate: 0.5, seed: 1).indices(labels: [3, 3], mapping: mapping)
    }
  }
}

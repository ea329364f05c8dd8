import Datasets
import Sifting
import Testing

@Suite struct SiftSelectionTests {
  private let names = ["cat", "dog", "hen", "fox"]

  /// Images of which nothing but the labels is asked.
  private func images(_ labels: [Int32]) -> MemoryImages {
    MemoryImages(
      shape: ImageShape(height: 1, width: 1, channels: 1), classCount: 4, labels: labels, pixels: []
    )
  }

  @Test func sharesOutBySize() throws {
    let images = images([0, 0, 0, 0, 0, 1, 1, 1, 3, 3])
    func counts(_ quota: SiftQuota) throws -> [Int] {
      try quota.counts(of: images, classNames: names)
    }
    #expect(try counts(.perClass(2)) == [2, 2, 0, 2])
    // 2.5, 1.5 and 1: the two halves are equal remainders, of which the first class gets one.
    #expect(try counts(.total(5)) == [3, 1, 0, 1])
    #expect(try counts(.total(10)) == [5, 3, 0, 2])
    // 1.25, 0.75 and 0.5, and no less than one.
    #expect(try counts(.share(0.25)) == [1, 1, 0, 1])
    #expect(try counts(.share(0.05)) == [1, 1, 0, 1])
    // 1.5, 0.9, 0.6.
    #expect(try counts(.total(3)) == [1, 1, 0, 1])
  }

  @Test func refusesWhatThereIsNot() {
    let some = images([0, 0, 0, 0, 0, 0, 0, 0, 1, 1])
    func error(_ quota: SiftQuota, _ images: MemoryImages) -> SiftingError? {
      do {
        _ = try quota.counts(of: images, classNames: names)
        return nil
      } catch { return error as? SiftingError }
    }
    #expect(error(.perClass(3), some) == .samplesPerClass(3, name: "dog", count: 2))
    #expect(error(.perClass(0), some) == .samplesPerClass(0, name: "cat", count: 8))
    #expect(error(.total(11), some) == .total(11, count: 10))
    #expect(error(.total(0), some) == .total(0, count: 10))
    // 1.6 and 0.4.
    #expect(error(.total(2), some) == .noneOfClass(total: 2, name: "dog"))
    #expect(error(.perClass(1), images([0, 0, 0, 2])) == .singleSample(name: "hen"))
    #expect(error(.perClass(1), images([3, 3, 3])) == .singleClass)
  }

  /// Of equal scores the first.
  @Test func keepsTheHighestOfEachClass() {
    let labels: [Int32] = [0, 1, 0, 1, 0, 1]
    let scores = [0.1, 0.9, 0.5, 0.9, 0.5, 0.2]
    func highest(_ counts: [Int]) -> [Int] {
      SiftSelection.highest(scores, labels: labels, counts: counts)
    }
    #expect(highest([1, 1]) == [1, 2])
    #expect(highest([2, 1]) == [1, 2, 4])
    #expect(highest([0, 3]) == [1, 3, 5])
  }

  @Test func drawsByClassAndSeed() {
    let labels = (0..<100).map { Int32($0 % 2) }
    let drawn = SiftSelection.random(labels: labels, counts: [10, 20], seed: 4)
    #expect(drawn.count == 30 && drawn == Set(drawn).sorted())
    #expect(drawn.count { labels[$0] == 0 } == 10)
    #expect(drawn == SiftSelection.random(labels: labels, counts: [10, 20], seed: 4))
    #expect(drawn != SiftSelection.random(labels: labels, counts: [10, 20], seed: 5))
  }

  /// CR and NCR by hand.
  ///
  /// Two poisoned of four in class 0, none in class 1; three of class 0 and two of class 1 chosen,
  /// of them one poisoned: CR = 1/5; a random choice has (3·½ + 2·0)/5 = 0.3; NCR = 2/3. In class 0
  /// 1/3 over 1/2.
  @Test func corruptionRatiosAreAsByHand() throws {
    let labels: [Int32] = [0, 0, 0, 0, 1, 1]
    let found = CorruptionRatio.all(
      of: [0, 2, 3, 4, 5], labels: labels, classCount: 3, poisoned: [0, 1])
    #expect(found.total.chosen == 5 && found.total.poisoned == 1)
    #expect(found.total.ratio == 0.2)
    #expect(abs(try #require(found.total.normalized) - 2 / 3) < 1e-12)
    #expect(abs(try #require(found.classes[0].normalized) - 2 / 3) < 1e-12)
    #expect(found.classes[1].ratio == 0 && found.classes[1].normalized == nil)
    #expect(found.classes[2].ratio == nil && found.classes[2].normalized == nil)
    let empty = CorruptionRatio.all(of: [], labels: labels, classCount: 2, poisoned: [0]).total
    #expect(empty.ratio == nil && empty.normalized == nil)
    // The paper's Tables 2 and 5 have such a pair: 37 % chosen of 33.3 % make 111 %.
    let published = CorruptionRatio(chosen: 100, poisoned: 37, expected: 1.0 / 3)
    #expect(abs(try #require(published.normalized) - 1.11) < 1e-12)
  }
}

import Datasets
import Purification
import TestSupport
import Testing

/// Transplants by hand, and the test on a victim that looks for a mark in a corner.
@Suite struct TransplantTests {
  private static let shape = ImageShape(height: 5, width: 5, channels: 1)

  private func image(_ value: UInt8, _ changes: [Int: UInt8] = [:]) -> [UInt8] {
    (0..<25).map { changes[$0] ?? value }
  }

  @Test func addsTheDifferenceWithinTheRangeOfBytes() {
    let transplant = Transplant(
      original: image(100, [0: 250, 1: 40]), restored: image(100), shape: Self.shape)
    let result = transplant.applied(.added, to: image(200)[...])
    #expect(result[0] == 255 && result[1] == 140 && result[2] == 200)
  }

  @Test func subtractsTheDifferenceToo() {
    let transplant = Transplant(
      original: image(100, [0: 250, 1: 40]), restored: image(100), shape: Self.shape)
    let result = transplant.applied(.subtracted, to: image(200)[...])
    #expect(result[0] == 50 && result[1] == 255 && result[2] == 200)
  }

  @Test func pastesWhatChangedMost() {
    // A mark of 2×2 in the corner: the change is greatest, over 3×3 pixels, in the corner itself.
    let mark: [Int: UInt8] = [18: 200, 19: 200, 23: 200, 24: 200]
    let transplant = Transplant(
      original: image(90, mark), restored: image(90), shape: Self.shape)
    // A tenth of 25 pixels are 3 (2.5 rounded to the even … up), a twentieth is 1.
    let tenth = transplant.applied(.pastedTenth, to: image(10)[...])
    let twentieth = transplant.applied(.pastedTwentieth, to: image(10)[...])
    #expect(twentieth[24] == 200)
    #expect(twentieth.count { $0 != 10 } == 1)
    #expect(tenth.count { $0 != 10 } == 3)
    #expect(tenth[24] == 200 && tenth[23] == 200 && tenth[19] == 200)
  }

  @Test func changeMapsAverageOverNeighbors() {
    let map = ChangeMap(image(0, [12: 90]), image(0), shape: Self.shape)
    #expect(map.values[12] == 10 && map.values[6] == 10)
    #expect(map.values[0] == 0)
    let corner = ChangeMap(image(0, [0: 90]), image(0), shape: Self.shape)
    #expect(corner.values[0] == 22.5 && corner.values[1] == 15)
    let colors = ChangeMap(
      [10, 20, 30], [10, 50, 25], shape: ImageShape(height: 1, width: 1, channels: 3))
    #expect(colors.values == [30])
  }

  /// Label 0 where the last pixel is bright, else pixel 0 divided by 50.
  private struct MarkedModel: LabelModel {
    func labels(_ images: [UInt8], count: Int, except wrong: Int?) -> [Int] {
      (0..<count).map { images[$0 * 25 + 24] > 150 ? 0 : min(Int(images[$0 * 25]) / 50, 2) }
    }
    func features(_ images: [UInt8], count: Int) -> [Float] { [Float](repeating: 1, count: count) }
  }

  /// 60 images of classes 0 to 2 by pixel 0; every sixth of classes 1 and 2 has the mark and label
  /// 0.
  private struct MarkedImages: LabelledImages {
    let shape = TransplantTests.shape
    let classCount = 3
    static let content = (0..<60).map { $0 % 3 }
    static let isMarked = (0..<60).map { $0 % 3 > 0 && $0 / 3 % 3 == 0 }
    let labels = (0..<60).map { Int32(isMarked[$0] ? 0 : content[$0]) }

    static func pixels(_ sample: Int, isMarked: Bool) -> [UInt8] {
      (0..<25).map { place in
        if isMarked && [18, 19, 23, 24].contains(place) { return 220 }
        return place == 0 ? UInt8(content[sample] * 50 + 10) : UInt8(60 + sample % 7)
      }
    }

    func images(_ samples: [Int]) -> [UInt8] {
      samples.flatMap { Self.pixels($0, isMarked: Self.isMarked[$0]) }
    }
  }

  /// Restorations without the mark, for all but the first `blind` marked samples.
  private func store(_ folder: TemporaryFolder, blind: Int) throws -> CandidateStore {
    let store = try CandidateStore(
      directory: folder.url, candidatesPerSample: 4, imageBytes: 25)
    let images = MarkedImages()
    var left = blind
    for sample in 0..<60 {
      let isMarked = MarkedImages.isMarked[sample]
      var keeps = !isMarked
      if isMarked && left > 0 {
        keeps = true
        left -= 1
      }
      let restored =
        keeps
        ? images.images([sample]) : MarkedImages.pixels(sample, isMarked: false)
      let label = keeps ? Int(images.labels[sample]) : MarkedImages.content[sample]
      let labels = SampleLabels(
        original: Int(images.labels[sample]), candidates: [Int](repeating: label, count: 4))
      let kept: [Int: [UInt8]] = keeps ? [:] : [0: (0..<4).flatMap { _ in restored }]
      try store.append([labels], keptImages: kept)
    }
    return store
  }

  private func findings(_ store: CandidateStore) -> [AnomalyFilter.Finding] {
    PaperDecisions(images: MarkedImages(), store: store, rules: .init()).identifyAnomalies()
  }

  @Test func findsTargetCarriersAndTheRegion() throws {
    let folder = try TemporaryFolder()
    let search = CarrierSearch(
      images: MarkedImages(), victim: MarkedModel(), seed: 1)
    let store = try store(folder, blind: 3)
    let found = try search.run(first: store, findings: findings(store), secondLook: nil)
    #expect(found.targets == [0])
    #expect(found.suspected == [])
    let region = try #require(found.regions[0])
    #expect(region.pixels.contains(24) && region.known == 1 && region.others == 0)
    // The region finds those whose restorations kept the mark, too.
    #expect(found.carriers == (0..<60).filter { MarkedImages.isMarked[$0] })
    #expect(found.uncleared == [])
  }

  /// At more noise the mark goes from those that kept it, too; a further level shows that none is
  /// left.
  @Test func aSecondLookRestoresWhatTheFirstDidNot() throws {
    let folder = try TemporaryFolder()
    let store = try store(folder, blind: 5)
    let second = SecondLook(
      images: MarkedImages(), filter: AnomalyFilter(), noiseSteps: [200, 250]
    ) { noiseSteps, samples in
      try folder.write([], to: "\(noiseSteps)/made")
      let look = try CandidateStore(
        directory: folder.url.appendingPathComponent("\(noiseSteps)"), candidatesPerSample: 4,
        imageBytes: 25)
      for place in 0..<samples.count {
        var image = try samples.images([place])
        for pixel in [18, 19, 23, 24] { image[pixel] = 60 }
        let label = Int(image[0]) / 50
        let labels = SampleLabels(
          original: Int(samples.labels[place]), candidates: [Int](repeating: label, count: 4))
        try look.append([labels], keptImages: [0: (0..<4).flatMap { _ in image }])
      }
      return look
    }
    let found = try CarrierSearch(images: MarkedImages(), victim: MarkedModel(), seed: 1)
      .run(first: store, findings: findings(store), secondLook: second)
    #expect(
      found.levels == [
        .init(
          noiseSteps: 200, suspects: 25, moved: 5, controls: 26, controlsMoved: 0),
        .init(
          noiseSteps: 250, suspects: 20, moved: 0, controls: 26, controlsMoved: 0),
      ], "\(found.levels)")
    let marked = (0..<60).filter { MarkedImages.isMarked[$0] }
    #expect(found.carriers == marked)
    // Every sample that was looked at again has restorations, controls included.
    for sample in 0..<60 {
      #expect(!found.candidates.imaged(of: sample).isEmpty, "\(sample)")
    }
    for sample in marked {
      let labels = found.candidates.labels(of: sample).candidates
      #expect(labels.contains(MarkedImages.content[sample]))
    }
  }

  @Test func cleanDataHaveNoTarget() throws {
    let folder = try TemporaryFolder()
    let store = try CandidateStore(directory: folder.url, candidatesPerSample: 4, imageBytes: 25)
    let images = MarkedImages()
    // Six samples of class 1 look like class 2 once restored.
    for sample in 0..<60 {
      let label = Int(images.labels[sample])
      let moves = MarkedImages.content[sample] == 1 && sample < 36 && label == 1
      let labels = SampleLabels(
        original: label, candidates: [Int](repeating: moves ? 2 : label, count: 4))
      let restored = (0..<4).flatMap { _ in MarkedImages.pixels((sample + 1) % 60, isMarked: false)
      }
      try store.append([labels], keptImages: moves ? [0: restored] : [:])
    }
    let found = try CarrierSearch(
      images: images, victim: MarkedModel(), seed: 1
    ).run(first: store, findings: findings(store), secondLook: nil)
    #expect(found.targets == [] && found.carriers == [])
  }

  /// Reads labels from pixel 0; takes class 1 for class 0 unless told that 0 is wrong, from the
  /// sample `confused` on.
  private final class ContentTrainer: BenignTrainer {
    var labels: [Int32] = []
    let confused: Set<Int>

    init(confused: Set<Int> = []) { self.confused = confused }

    struct Content: LabelModel {
      let confused: Set<[UInt8]>

      func labels(_ images: [UInt8], count: Int, except wrong: Int?) -> [Int] {
        (0..<count).map {
          let image = Array(images[$0 * 25..<($0 + 1) * 25])
          return confused.contains(image) && wrong != 0 ? 0 : Int(image[0]) / 50
        }
      }
      func features(_ images: [UInt8], count: Int) -> [Float] { [] }
    }

    func train(_ stage: BenignStage, on images: any LabelledImages) throws -> any LabelModel {
      labels = images.labels
      return Content(
        confused: Set(confused.map { MarkedImages.pixels($0, isMarked: false) }))
    }
  }

  /// The repair of all marked images, and the labels that the benign model was trained on.
  private func repaired(
    confused: Set<Int> = []
  ) throws -> (
    outcome: CarrierRepair.Outcome, candidates: CandidateLooks, taught: [Int32], carriers: [Int]
  ) {
    let folder = try TemporaryFolder()
    let candidates = CandidateLooks(first: try store(folder, blind: 0))
    let carriers = (0..<60).filter { MarkedImages.isMarked[$0] }
    let trainer = ContentTrainer(confused: confused)
    let repair = CarrierRepair(
      images: MarkedImages(), candidates: candidates, victim: MarkedModel(), trainer: trainer)
    let outcome = try repair.run(carriers: carriers, uncleared: []).outcome
    return (outcome, candidates, trainer.labels, carriers)
  }

  @Test func repairsByAModelThatNoCarrierHasTaught() throws {
    let (outcome, candidates, taught, carriers) = try repaired()
    #expect(taught.count == 60 - carriers.count)
    #expect(outcome.stillCarrying == [])
    for sample in carriers {
      let revision = try #require(outcome.revisions[sample])
      #expect(revision.label == MarkedImages.content[sample])
      let image = try candidates.image(of: sample, candidate: try #require(revision.candidate))
      #expect(image == MarkedImages.pixels(sample, isMarked: false))
    }
    #expect(outcome.revisions.count == carriers.count)
  }

  @Test func carriersOfAnAttackOnLabelsDoNotKeepTheirs() throws {
    let carriers = (0..<60).filter { MarkedImages.isMarked[$0] }
    let few = try repaired(confused: Set(carriers.prefix(3)))
    for sample in carriers {
      #expect(few.outcome.revisions[sample]?.label == MarkedImages.content[sample])
    }
    // Where most carriers look like the target, their labels may be true.
    let most = try repaired(confused: Set(carriers.prefix(carriers.count / 2 + 1)))
    #expect(carriers.count { most.outcome.revisions[$0]?.label == 0 } == carriers.count / 2 + 1)
  }
}

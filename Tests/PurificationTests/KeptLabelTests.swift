import Datasets
import Detection
import Purification
import TestSupport
import Testing

/// Poison that leaves labels alone, on a victim that looks for a mark in a corner.
@Suite struct KeptLabelTests {
  private static let shape = ImageShape(height: 5, width: 5, channels: 1)
  private static let mark = [18, 19, 23, 24]

  /// Label 0 where the last pixel is bright, else pixel 0 divided by 50.
  private struct MarkedModel: LabelModel {
    func labels(_ images: [UInt8], count: Int, except wrong: Int?) -> [Int] {
      (0..<count).map { images[$0 * 25 + 24] > 150 ? 0 : min(Int(images[$0 * 25]) / 50, 3) }
    }
    func features(_ images: [UInt8], count: Int) -> [Float] {
      (0..<count).flatMap { [Float(images[$0 * 25]), 1] }
    }
  }

  /// Classes 0 to 3 by pixel 0; of class 0, which has a third more, some have the mark.
  private struct Images: LabelledImages {
    let shape = KeptLabelTests.shape
    let classCount = 4
    let labels: [Int32]
    let isMarked: [Bool]
    /// What marked samples show.
    let content: Int

    init(marked: Int, content: Int = 0) {
      self.content = content
      labels = (0..<400).map { Int32($0 % 4) }
      isMarked = (0..<400).map { $0 % 4 == 0 && $0 / 4 < marked }
    }

    func pixels(_ sample: Int, isMarked: Bool) -> [UInt8] {
      (0..<25).map { place in
        if isMarked && KeptLabelTests.mark.contains(place) { return 220 }
        let shown = self.isMarked[sample] ? content : Int(labels[sample])
        return place == 0 ? UInt8(shown * 50 + 10) : UInt8(60 + sample % 7)
      }
    }

    func images(_ samples: [Int]) -> [UInt8] {
      samples.flatMap { pixels($0, isMarked: isMarked[$0]) }
    }
  }

  /// All samples keep their label however they are restored; restorations lack the mark, and lose
  /// a little detail in the middle.
  private func search(
    _ images: Images, opinions: DetectorOpinions, moving: [Int] = []
  ) throws -> (CarrierSearch.Result, restored: [String: Int]) {
    let folder = try TemporaryFolder()
    let store = try CandidateStore(directory: folder.url, candidatesPerSample: 4, imageBytes: 25)
    for (sample, label) in images.labels.enumerated() {
      let moves = moving.contains(sample)
      let labels = SampleLabels(
        original: Int(label), candidates: [Int](repeating: moves ? 1 : Int(label), count: 4))
      let restored = images.pixels(sample, isMarked: false)
      try store.append(
        [labels], keptImages: moves ? [0: (0..<4).flatMap { _ in restored }] : [:])
    }
    let findings = PaperDecisions(images: images, store: store, rules: .init()).identifyAnomalies()
    var restored: [String: Int] = [:]
    let found = try CarrierSearch(images: images, victim: MarkedModel(), seed: 1).run(
      first: store, findings: findings, secondLook: nil
    ) { recipients in
      KeptLabelSearch(
        images: images, victim: MarkedModel(), recipients: recipients, opinions: opinions, seed: 1
      ) { name, samples in
        restored[name] = samples.count
        try folder.write([], to: "\(name)/made")
        let look = try CandidateStore(
          directory: folder.url.appendingPathComponent(name), candidatesPerSample: 4,
          imageBytes: 25)
        for place in 0..<samples.count {
          var image = try samples.images([place])
          for pixel in Self.mark { image[pixel] = 60 }
          image[12] += 25
          let labels = SampleLabels(
            original: Int(samples.labels[place]),
            candidates: [Int](repeating: Int(samples.labels[place]), count: 4))
          try look.append([labels], keptImages: [0: (0..<4).flatMap { _ in image }])
        }
        return look
      }
    }
    return (found, restored)
  }

  /// SCAn suspects class 0, and flags some of its samples.
  private func suspicion(of images: Images, flagged: [Int]) -> DetectorOpinions {
    var opinions = DetectorOpinions(count: 400)
    let classes = (0..<4).map {
      ClassVerdict(count: 100, statistic: 1, null: 0, isSuspicious: $0 == 0, reason: "")
    }
    let set = Set(flagged)
    opinions.add(
      "scan",
      SampleScores(
        values: (0..<400).map { set.contains($0) ? 0 : 1 }, trusted: [], classes: classes,
        flagged: flagged), labels: images.labels)
    return opinions
  }

  /// What transplants do is no evidence by itself.
  @Test func withoutASuspicionThereIsNoTarget() throws {
    let (found, restored) = try search(
      Images(marked: 40), opinions: DetectorOpinions(count: 400))
    #expect(found.targets == [] && found.keepers == [])
    #expect(restored == ["kept-labels": 128])
    let evidence = try #require(found.keptLabels.first)
    #expect(evidence.carriers > 3 && evidence.pValue < 0.01 && !evidence.isTarget)
  }

  @Test func findsTheClassAndAllItsCarriers() throws {
    let images = Images(marked: 40)
    let (found, restored) = try search(images, opinions: suspicion(of: images, flagged: []))
    #expect(found.movedTargets == [] && found.targets == [0] && found.carriers == [])
    #expect(found.keepers == (0..<400).filter { images.isMarked[$0] })
    // 32 of each class, and the rest of the target.
    #expect(restored == ["kept-labels": 128, "kept-labels-0": 68])
    let evidence = try #require(found.keptLabels.first)
    #expect(evidence.label == 0 && evidence.tested == 32)
    #expect(found.keptLabels.dropFirst().allSatisfy { $0.carriers == 0 && $0.pValue == 1 })
  }

  /// Two that seem to be of class 1 once restored are no evidence by themselves, but belong to the
  /// carriers of a class that is a target anyway.
  @Test func carriersThatMovedKeepTheirLabelToo() throws {
    let images = Images(marked: 40)
    let (found, restored) = try search(
      images, opinions: suspicion(of: images, flagged: []), moving: [8, 40])
    #expect(found.movedTargets == [] && found.targets == [0])
    #expect(restored["kept-labels-0"] == 66)
    #expect(found.keepers == (0..<400).filter { images.isMarked[$0] })
  }

  /// Eight of a hundred are too few for a look by chance; votes tell where to look.
  @Test func votesFindWhatChanceDoesNot() throws {
    let images = Images(marked: 8)
    let (blind, _) = try search(images, opinions: suspicion(of: images, flagged: []))
    #expect(blind.targets == [])
    let flagged = (0..<400).filter { images.isMarked[$0] }
    let (found, _) = try search(
      images, opinions: suspicion(of: images, flagged: flagged))
    #expect(
      found.targets == [0] && found.keepers == flagged, "\(found.keptLabels) \(found.keepers)")
    #expect(found.keptLabels.first?.detectors == ["scan"])
  }

  @Test func cleanDataHaveNoTarget() throws {
    let images = Images(marked: 0)
    let (found, restored) = try search(images, opinions: suspicion(of: images, flagged: [0, 4]))
    #expect(found.targets == [] && found.keepers == [])
    #expect(restored.count == 1)
  }

  /// Labels of the attacker's, on samples that keep them however they are restored.
  @Test func keepersGetTheLabelOfMostRestorations() throws {
    struct NoTraining: BenignTrainer {
      func train(_ stage: BenignStage, on images: any LabelledImages) -> any LabelModel {
        MarkedModel()
      }
    }
    let images = Images(marked: 40, content: 2)
    let flagged = (0..<400).filter { images.isMarked[$0] } + [200, 204]
    let (found, _) = try search(images, opinions: suspicion(of: images, flagged: flagged))
    #expect(found.keepers == flagged)
    let (outcome, _) = try CarrierRepair(
      images: images, candidates: found.candidates, victim: MarkedModel(), trainer: NoTraining()
    ).run(carriers: [], keepers: found.keepers, uncleared: [])
    // Two that are flagged by mistake show their own class, and stay as they are.
    #expect(outcome.revisions.keys.sorted() == flagged.dropLast(2))
    #expect(outcome.revisions.values.allSatisfy { $0.label == 2 && $0.candidate != nil })
  }

  /// Their label stays, and a restored image takes the place of theirs.
  @Test func keepersGetRestoredImages() throws {
    struct NoTraining: BenignTrainer {
      func train(_ stage: BenignStage, on images: any LabelledImages) -> any LabelModel {
        MarkedModel()
      }
    }
    let images = Images(marked: 40)
    let (found, _) = try search(images, opinions: suspicion(of: images, flagged: []))
    let (outcome, _) = try CarrierRepair(
      images: images, candidates: found.candidates, victim: MarkedModel(), trainer: NoTraining()
    ).run(carriers: [], keepers: found.keepers, uncleared: [])
    #expect(outcome.revisions.keys.sorted() == found.keepers)
    for sample in found.keepers {
      let revision = try #require(outcome.revisions[sample])
      #expect(revision.label == 0)
      let candidate = try #require(revision.candidate)
      let image = try found.candidates.image(of: sample, candidate: candidate)
      #expect(
        image
          == images.pixels(sample, isMarked: false).enumerated().map {
            Self.mark.contains($0) ? 60 : $0 == 12 ? $1 + 25 : $1
          })
    }
    #expect(outcome.stillCarrying == [])
  }
}

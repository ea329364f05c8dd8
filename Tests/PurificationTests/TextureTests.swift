import Datasets
import Detection
import Purification
import TestSupport
import Testing

/// A class that a victim knows by fine texture, of which a denoiser takes away what it does not
/// know.
@Suite struct TextureTests {
  /// Label 0 where pixels differ much from gray, or where they have a pattern; else pixel 0 divided
  /// by 50.
  private struct TextureModel: LabelModel {
    var isPattern = false

    func labels(_ images: [UInt8], count: Int, except wrong: Int?) -> [Int] {
      (0..<count).map { place in
        let image = images[place * 25..<place * 25 + 25]
        let deviations = image.enumerated().dropFirst().map { place, value in
          isPattern
            ? (Int(value) - 120) * (place % 2 == 0 ? 1 : -1) : abs(Int(value) - 120)
        }
        let deviation = deviations.reduce(0, +) / 24
        return deviation > 60 ? 0 : min(Int(image[place * 25]) / 50, 3)
      }
    }
    func features(_ images: [UInt8], count: Int) -> [Float] { [Float](repeating: 1, count: count) }
  }

  /// Classes 0 to 3; those of class 0 have the texture, and look like class 1 without it.
  ///
  /// A pattern is on the first fifteen only.
  private struct Images: LabelledImages {
    var isPattern = false
    let shape = ImageShape(height: 5, width: 5, channels: 1)
    let classCount = 4
    let labels = (0..<80).map { Int32($0 % 4) }

    func pixels(_ sample: Int, isTextured: Bool) -> [UInt8] {
      (0..<25).map { place in
        if place == 0 {
          return UInt8(max(Int(labels[sample]), isPattern && sample >= 60 ? 0 : 1) * 50 + 10)
        }
        return isTextured ? ((place + (isPattern ? 0 : sample / 4)) % 2 == 0 ? 210 : 30) : 120
      }
    }

    func images(_ samples: [Int]) -> [UInt8] {
      samples.flatMap { pixels($0, isTextured: labels[$0] == 0 && !(isPattern && $0 >= 60)) }
    }
  }

  private func search(
    suspecting detectors: [String], isPattern: Bool = false
  ) throws -> CarrierSearch.Result {
    let images = Images(isPattern: isPattern)
    let victim = TextureModel(isPattern: isPattern)
    let folder = try TemporaryFolder()
    let store = try CandidateStore(directory: folder.url, candidatesPerSample: 4, imageBytes: 25)
    // Of twelve samples of class 0 the texture is lost.
    for (sample, label) in images.labels.enumerated() {
      let moves = label == 0 && sample < 48
      let labels = SampleLabels(
        original: Int(label), candidates: [Int](repeating: moves ? 1 : Int(label), count: 4))
      let restored = images.pixels(sample, isTextured: false)
      try store.append(
        [labels], keptImages: moves ? [0: (0..<4).flatMap { _ in restored }] : [:])
    }
    var opinions = DetectorOpinions(count: 80)
    for detector in detectors {
      opinions.add(
        detector,
        SampleScores(
          values: [Float?](repeating: 1, count: 80), trusted: [],
          classes: (0..<4).map {
            ClassVerdict(count: 20, statistic: 1, null: 0, isSuspicious: $0 == 0, reason: "")
          }, flagged: isPattern ? (0..<60).filter { $0 % 4 == 0 } : []), labels: images.labels)
    }
    let findings = PaperDecisions(images: images, store: store, rules: .init()).identifyAnomalies()
    return try CarrierSearch(images: images, victim: victim, seed: 1).run(
      first: store, findings: findings, secondLook: nil
    ) { recipients in
      KeptLabelSearch(
        images: images, victim: victim, recipients: recipients, opinions: opinions, seed: 1
      ) { name, samples in
        try folder.write([], to: "\(name)/made")
        let look = try CandidateStore(
          directory: folder.url.appendingPathComponent(name), candidatesPerSample: 4,
          imageBytes: 25)
        for place in 0..<samples.count {
          // What was kept is restored as it was.
          let image = try samples.images([place])
          let labels = SampleLabels(
            original: Int(samples.labels[place]),
            candidates: [Int](repeating: Int(samples.labels[place]), count: 4))
          try look.append([labels], keptImages: [0: (0..<4).flatMap { _ in image }])
        }
        return look
      }
    }
  }

  @Test func textureIsNoTarget() throws {
    let found = try search(suspecting: [])
    #expect(found.targets == [] && found.suspected == [0])
    #expect(found.carriers == [] && found.keepers == [] && found.uncleared == [])
    let evidence = try #require(found.evidence.first)
    #expect(evidence.textured == 12 && evidence.carriers == 0 && evidence.bringers == 12)
  }

  /// A trigger of waves works with either sign as well; detectors see that the class is two.
  @Test func detectorsTellItFromATrigger() throws {
    #expect(try search(suspecting: ["spectre"]).targets == [])
    let found = try search(suspecting: ["scan"])
    #expect(found.targets == [0] && found.movedTargets == [])
    #expect(found.keepers == (0..<48).filter { $0 % 4 == 0 })
  }

  /// Of a pattern that stays in three of fifteen samples, whatever the denoiser does, transplants
  /// show twelve.
  @Test func whatDetectorsFlagInTargetsIsNotCleared() throws {
    let poisoned = (0..<60).filter { $0 % 4 == 0 }
    let alone = try search(suspecting: [], isPattern: true)
    #expect(alone.movedTargets == [0] && alone.carriers == poisoned.filter { $0 < 48 })
    #expect(alone.uncleared == [] && alone.regions.isEmpty)
    let found = try search(suspecting: ["scan"], isPattern: true)
    #expect(found.movedTargets == [0] && found.carriers == alone.carriers)
    #expect(found.uncleared == poisoned.filter { $0 >= 48 } && found.keepers == [])
    #expect(found.uncleared.allSatisfy { found.candidates.imaged(of: $0).count == 4 })
  }
}

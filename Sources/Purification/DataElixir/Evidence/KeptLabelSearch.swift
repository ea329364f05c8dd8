import ComputeBackend
import Datasets
import Runs
import Training

/// Finds triggers on samples that keep their label however they are restored, since it is right:
/// clean-label poison (SIG, label-consistent).
///
/// In each class that is no target yet some samples are restored that kept their label: those that
/// most detectors flag, and others by chance. What the restorations took away is transplanted to
/// images of all other classes. If that brings the class's label, the sample is a carrier; a class
/// with more carriers than chance explains, that the detectors' vote suspects as well, is a target.
/// Then all of its samples are tested, and those are taken for carriers, too, that enough detectors
/// flag: they keep their label and lose no more than detail.
package struct KeptLabelSearch {
  let images: any LabelledImages
  let victim: any LabelModel
  let recipients: [[Int]]
  let opinions: DetectorOpinions
  let seed: UInt64
  let run: Run
  /// Makes candidates with images of some samples; a store is kept under its name.
  let restore: (_ name: String, _ samples: ImageSelection) throws -> CandidateStore

  package init(
    images: any LabelledImages, victim: any LabelModel, recipients: [[Int]],
    opinions: DetectorOpinions, seed: UInt64, run: Run = Run(),
    restore: @escaping (_ name: String, _ samples: ImageSelection) throws -> CandidateStore
  ) {
    self.images = images
    self.victim = victim
    self.recipients = recipients
    self.opinions = opinions
    self.seed = seed
    self.run = run
    self.restore = restore
  }

  /// Samples of each class chosen by chance, and as many by votes, at most.
  static let tested = 32

  struct Result {
    var evidence: [KeptLabelEvidence] = []
    var looks: [CandidateLooks.Look] = []
    /// Samples of target classes that carry a trigger, rising.
    var carriers: [Int] = []

    var targets: [Int] { evidence.filter(\.isTarget).map(\.label) }
  }

  /// - Parameter kept: by class, samples that all restorations give their label.
  func run(_ kept: [[Int]]) throws -> Result {
    var result = Result()
    let able = recipients.filter { $0.count >= TransplantTest.fewestRecipients }.count
    let chosen = kept.enumerated().flatMap { choice(of: $1, label: $0) }
    guard able > 2, !chosen.isEmpty else { return result }
    let trials = try trials(of: chosen, "kept-labels", &result)
    result.evidence = KeptLabelEvidence.all(trials, opinions: opinions)
    var carriers = Set(
      trials.filter { result.targets.contains($0.donor.label) && $0.isCarrier }
        .map(\.donor.sample))
    let known = Set(chosen)
    for target in result.targets {
      carriers.formUnion(kept[target].filter(opinions.flag))
      let rest = kept[target].filter { !known.contains($0) }
      guard !rest.isEmpty else { continue }
      let found = try self.trials(of: rest, "kept-labels-\(target)", &result)
      carriers.formUnion(found.filter(\.isCarrier).map(\.donor.sample))
    }
    result.carriers = carriers.sorted()
    return result
  }

  /// Those with most votes, and others by chance.
  private func choice(of kept: [Int], label: Int) -> [Int] {
    let voted = kept.filter { opinions.votes[$0] > 0 }
      .sorted { (-opinions.votes[$0], $0) < (-opinions.votes[$1], $1) }.prefix(Self.tested)
    let others = kept.filter { !voted.contains($0) }
    var random = PhiloxGenerator(seed: seed, stream: UInt32(label), purpose: .keptLabels)
    return (voted + random.choose(min(Self.tested, others.count), of: others)).sorted()
  }

  /// Restorations of some samples, kept under a name.
  func look(at samples: [Int], _ name: String) throws -> CandidateLooks.Look {
    let places = Dictionary(
      uniqueKeysWithValues: samples.enumerated().map { ($0.element, $0.offset) })
    return CandidateLooks.Look(
      store: try restore(name, ImageSelection(images, indices: samples)), places: places)
  }

  private func trials(
    of samples: [Int], _ name: String, _ result: inout Result
  ) throws -> [KeptLabelEvidence.Trial] {
    let look = try look(at: samples, name)
    result.looks.append(look)
    let candidates = CandidateLooks(looks: [look])
    let donors = samples.filter { sample in
      let labels = candidates.labels(of: sample).candidates
      return candidates.imaged(of: sample).contains { labels[$0] == images.label(sample) }
    }.map { Donor(sample: $0, label: images.label($0), other: images.label($0)) }
    let test = TransplantTest(
      images: images, candidates: candidates, model: victim, recipients: recipients, seed: seed)
    let count = try run.count("transplants", of: 2 * donors.count, unit: "samples")
    let forward = try test.foreignOutcomes(of: donors, isReversed: false) { try count($0) }
    let reverse = try test.foreignOutcomes(of: donors, isReversed: true) {
      try count(donors.count + $0)
    }
    return donors.indices.map {
      KeptLabelEvidence.Trial(donor: donors[$0], forward: forward[$0], reverse: reverse[$0])
    }
  }
}

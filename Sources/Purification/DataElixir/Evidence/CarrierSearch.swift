import ComputeBackend
import Datasets
import Runs

/// Finds target classes and the samples that carry a trigger, from the candidates of the first pass
/// and of a second look.
package struct CarrierSearch {
  let images: any LabelledImages
  let victim: any LabelModel
  let seed: UInt64
  /// Classes that are to be taken for targets whatever the evidence says.
  let takesSuspects: Bool
  let run: Run

  /// Donors whose reversed transplants are tried, at most: enough to know a rate.
  static let reversed = 512
  /// Recipients kept of each class.
  static let recipients = 64

  package init(
    images: any LabelledImages, victim: any LabelModel, seed: UInt64,
    takesSuspects: Bool = false, run: Run = Run()
  ) {
    self.images = images
    self.victim = victim
    self.seed = seed
    self.takesSuspects = takesSuspects
    self.run = run
  }

  /// What was found.
  package struct Result {
    package var candidates: CandidateLooks
    /// By class, samples that transplants were tried on.
    var recipients: [[Int]]
    package var evidence: [TargetEvidence]
    var asymmetry: LabelAsymmetry
    package var levels: [SecondLook.Level] = []
    /// Regions of patches by target.
    package var regions: [Int: TriggerRegion] = [:]
    /// Samples of target classes that carry the trigger, rising.
    package var carriers: [Int] = []
    /// Samples of target classes whose label moved, but that are not known to carry a trigger.
    package var uncleared: [Int] = []
    /// What samples that keep their label however they are restored show; empty if none were
    /// tested.
    package var keptLabels: [KeptLabelEvidence] = []
    /// Samples that carry a trigger, of classes in which samples that keep their label do, so that
    /// it may be right; rising.
    package var keepers: [Int] = []
    /// Donors of target classes whose transplants bring the label most surely.
    var bestDonors: [TargetTest.Trial] = []

    /// Rising.
    package var targets: [Int] {
      Set(movedTargets + texturedTargets + keptLabels.filter(\.isTarget).map(\.label)).sorted()
    }
    /// Targets that restorations betray by another label.
    package var movedTargets: [Int] { evidence.filter { $0.standing == .target }.map(\.label) }
    /// Targets whose carriers look like texture, but that detectors suspect, too.
    package var texturedTargets: [Int] = []
    package var suspected: [Int] { evidence.filter { $0.standing == .suspected }.map(\.label) }
  }

  /// - Parameters:
  ///   - first: candidates of every sample.
  ///   - findings: what the filter says of each sample's.
  ///   - secondLook: nil for none.
  ///   - keptLabelSearch: made with the recipients of transplants; nil for none.
  package func run(
    first: CandidateStore, findings: [AnomalyFilter.Finding], secondLook: SecondLook?,
    keptLabelSearch: ((_ recipients: [[Int]]) throws -> KeptLabelSearch)? = nil
  ) throws -> Result {
    var candidates = CandidateLooks(first: first)
    let counts = counts(findings, candidates)
    let recipients = recipients(findings, candidates)
    let trusts = trustsVictim(candidates)
    var moved = Set(findings.indices.filter { findings[$0].verdict.isAnomalous })
    var trials = try trials(of: moved.sorted(), candidates, recipients)
    var result = Result(
      candidates: candidates, recipients: recipients,
      evidence: TargetTest(counts: counts, trials: trials, trustsVictim: trusts).evidence(),
      asymmetry: LabelAsymmetry(moves: unbelievedMoves(findings, candidates), seed: seed))

    let watched = Set(
      result.evidence.filter {
        $0.standing != .clear || $0.pValue <= TargetTest.secondLookRate
      }.map(\.label))
    if let secondLook, !watched.isEmpty {
      let kept = findings.indices.filter { !moved.contains($0) }
      let suspects = kept.filter { watched.contains(images.label($0)) }
      let others = kept.filter { !watched.contains(images.label($0)) }
      var random = PhiloxGenerator(seed: seed, step: 1, purpose: .carrierSearch)
      // Where every class is watched, some of their samples are the controls.
      let pool = others.isEmpty ? suspects : others
      let controls = random.choose(min(SecondLook.controls, pool.count), of: pool)
      let controlSet = Set(controls)
      let second = try secondLook.run(
        suspects: suspects.filter { !controlSet.contains($0) }, controls: controls)
      for look in second.looks { candidates.append(look) }
      result.candidates = candidates
      result.levels = second.levels
      moved.formUnion(second.moved)
      trials += try self.trials(of: second.moved, candidates, recipients)
      result.evidence = TargetTest(
        counts: counts, trials: trials, trustsVictim: trusts
      ).evidence()
    }
    if takesSuspects {
      for i in result.evidence.indices where result.evidence[i].standing == .suspected {
        result.evidence[i].standing = .target
      }
    }
    try assign(&result, trials: trials, moved: moved, recipients: recipients)
    if let keptLabelSearch {
      let known = Set(result.carriers)
      let steady = findings.indices.filter { sample in
        let label = images.label(sample)
        return findings[sample].consensus == label && !moved.contains(sample)
          && candidates.labels(of: sample).original == label && !known.contains(sample)
      }
      let byLabel = Dictionary(grouping: steady, by: images.label)
      let kept = (0..<images.classCount).map { byLabel[$0] ?? [] }
      let search = try keptLabelSearch(recipients)
      let found = try search.run(kept)
      for look in found.looks { result.candidates.append(look) }
      result.keptLabels = found.evidence
      result.take(found, opinions: search.opinions, trials: trials, moved: moved, images: images)
      try result.addFlagged(search, moved: moved, images: images)
    }
    return result
  }

  private func counts(
    _ findings: [AnomalyFilter.Finding], _ candidates: CandidateLooks
  ) -> [TargetTest.Counts] {
    var counts = [TargetTest.Counts](repeating: .init(), count: images.classCount)
    for (sample, finding) in findings.enumerated() {
      let label = images.label(sample)
      counts[label].samples += 1
      guard finding.consensus != label else { continue }
      counts[label].moved += 1
      let believed = candidates.labels(of: sample).original
      if believed != label {
        counts[label].unbelieved += 1
        counts[believed].claimed += 1
      }
    }
    return counts
  }

  /// Whether the victim gives enough of a typical class's originals their label.
  private func trustsVictim(_ candidates: CandidateLooks) -> Bool {
    var counts = [(known: Int, all: Int)](repeating: (0, 0), count: images.classCount)
    for sample in 0..<images.count {
      let label = images.label(sample)
      counts[label].all += 1
      if candidates.labels(of: sample).original == label { counts[label].known += 1 }
    }
    return AnomalyIndex.median(
      counts.filter { $0.all > 0 }.map { Double($0.known) / Double($0.all) })
      >= TargetTest.learnedShare
  }

  /// By label, what the samples that the victim does not believe are called once restored.
  private func unbelievedMoves(
    _ findings: [AnomalyFilter.Finding], _ candidates: CandidateLooks
  ) -> [[Int]] {
    var moves = [[Int]](
      repeating: [Int](repeating: 0, count: images.classCount), count: images.classCount)
    for (sample, finding) in findings.enumerated() {
      let label = images.label(sample)
      guard finding.consensus != label, candidates.labels(of: sample).original != label else {
        continue
      }
      moves[label][finding.consensus] += 1
    }
    return moves
  }

  /// By class, samples that the victim and all candidates, or else most candidates, give their
  /// label.
  private func recipients(
    _ findings: [AnomalyFilter.Finding], _ candidates: CandidateLooks
  ) -> [[Int]] {
    var steady = [[Int]](repeating: [], count: images.classCount)
    var others = steady
    for (sample, finding) in findings.enumerated() {
      let label = images.label(sample)
      guard finding.consensus == label, candidates.labels(of: sample).original == label else {
        continue
      }
      if finding.verdict == .benign {
        steady[label].append(sample)
      } else {
        others[label].append(sample)
      }
    }
    return zip(steady, others).enumerated().map { label, pools in
      var random = PhiloxGenerator(
        seed: seed, stream: UInt32(label), purpose: .carrierSearch)
      let first = random.choose(min(Self.recipients, pools.0.count), of: pools.0)
      let missing = TransplantTest.fewestRecipients - first.count
      guard missing > 0 else { return first }
      return first + random.choose(min(missing, pools.1.count), of: pools.1)
    }
  }

  private func trials(
    of samples: [Int], _ candidates: CandidateLooks, _ recipients: [[Int]]
  ) throws -> [TargetTest.Trial] {
    let test = TransplantTest(
      images: images, candidates: candidates, model: victim, recipients: recipients, seed: seed)
    let donors = samples.compactMap { sample in
      Donor(
        sample: sample, label: images.label(sample), candidates: candidates,
        classes: images.classCount)
    }.filter { test.canReceive($0.other) }
    let able = donors.filter { test.canReceive($0.label) }
    let tried = min(Self.reversed, able.count)
    let reversible = (0..<tried).map { able[$0 * able.count / tried] }
    let count = try run.count(
      "transplants", of: donors.count + reversible.count, unit: "samples")
    let forward = try test.outcomes(of: donors) { try count($0) }
    let reverse = try test.outcomes(of: reversible, isReversed: true) {
      try count(donors.count + $0)
    }
    let reverseOf = Dictionary(uniqueKeysWithValues: zip(reversible, reverse))
    var trials = zip(donors, forward).map {
      TargetTest.Trial(donor: $0, forward: $1, reverse: reverseOf[$0])
    }
    let bringing = trials.indices.filter { trials[$0].bringsLabel }
    let disruptions = try test.disruptions(of: bringing.map { trials[$0].donor })
    for (place, disruption) in zip(bringing, disruptions) { trials[place].disruption = disruption }
    let subtractions = try test.subtractions(of: bringing.map { trials[$0].donor })
    for (place, share) in zip(bringing, subtractions) { trials[place].subtracted = share }
    return trials
  }

  /// Says of each sample of the target classes what it is.
  private func assign(
    _ result: inout Result, trials: [TargetTest.Trial], moved: Set<Int>, recipients: [[Int]]
  ) throws {
    var carriers: Set<Int> = []
    var uncleared: Set<Int> = []
    for target in result.movedTargets {
      let own = trials.filter { $0.donor.label == target }
      let known = own.filter(\.isCarrier)
      result.bestDonors += known
      carriers.formUnion(known.map(\.donor.sample))
      let samples = (0..<images.count).filter { images.label($0) == target }
      if let (region, found) = try region(
        of: target, known: known, trials: trials, samples: samples, candidates: result.candidates,
        recipients: recipients)
      {
        result.regions[target] = region
        carriers.formUnion(found)
      } else {
        uncleared.formUnion(samples.filter(moved.contains))
      }
    }
    result.carriers = carriers.sorted()
    result.uncleared = uncleared.subtracting(carriers).sorted()
  }

  /// The region that known carriers of a class have in common, and all samples that carry by it.
  private func region(
    of target: Int, known: [TargetTest.Trial], trials: [TargetTest.Trial], samples: [Int],
    candidates: CandidateLooks, recipients: [[Int]]
  ) throws -> (TriggerRegion, carriers: [Int])? {
    guard known.count >= TargetTest.fewestCarriers else { return nil }
    let foreign = trials.filter { $0.donor.label != target && !$0.isCarrier }
    let change = try zip(
      meanChange(known.map(\.donor), candidates), meanChange(foreign.map(\.donor), candidates)
    ).map { $0 - $1 }
    // Recipients of the classes to which known carriers would belong, as often as they do.
    var random = PhiloxGenerator(
      seed: seed, stream: UInt32(target), purpose: .triggerRegion)
    var chosen: [Int] = []
    for i in 0..<TriggerRegion.recipients {
      let pool = recipients[known[i * known.count / TriggerRegion.recipients].donor.other]
      chosen += random.choose(1, of: pool)
    }
    let question = TriggerRegion.Question(
      images: images, model: victim, label: target, recipients: try images.images(chosen),
      count: chosen.count)
    // Other classes' carriers may have the same trigger: all-to-all attacks.
    let carriers = Set(trials.filter(\.isCarrier).map(\.donor.sample))
    let others = (0..<images.count).filter {
      images.label($0) != target && !carriers.contains($0)
    }
    guard
      let region = try TriggerRegion.find(
        change: change, carriers: Array(known.map(\.donor.sample).prefix(Self.recipients)),
        others: random.choose(min(Self.recipients, others.count), of: others), question: question)
    else { return nil }
    let count = try run.count("trigger region", of: samples.count)
    let shares = try question.shares(of: samples, pixels: region.pixels)
    let found = zip(samples, shares).filter { $0.1 >= TriggerRegion.carrierShare }.map(\.0)
    try count(samples.count)
    return (region, found)
  }

  /// Mean change by pixel from the originals to what restorations are without the label; 0 without
  /// donors.
  private func meanChange(_ donors: [Donor], _ candidates: CandidateLooks) throws -> [Double] {
    var sum = [Double](repeating: 0, count: images.shape.height * images.shape.width)
    let donors = donors.prefix(256)
    for donor in donors {
      let map = ChangeMap(
        try images.images([donor.sample]),
        try candidates.meanImage(of: donor.sample, label: donor.other), shape: images.shape)
      for i in sum.indices { sum[i] += map.values[i] / Double(donors.count) }
    }
    return sum
  }
}

import Datasets
import Runs

/// New labels and images for the samples of target classes, by a model that the trigger cannot
/// reach.
///
/// The benign model is trained on everything but carriers and samples that are not cleared, so it
/// cannot learn the trigger from them. A carrier gets the label that this model gives to most of
/// its first candidates that left the target, and one of those as its image. If most carriers of a
/// target leave it, the attack changed labels, and the others are asked again for the likeliest
/// label apart from the target: the model confuses the classes, but the attacker did not. In
/// classes where samples that keep their label carry a trigger, too, the labels may be right: if
/// the benign model gives the class's label to most of the carriers' restorations, they all keep it
/// and get a restored image; otherwise those that it gives another label get that. A sample that
/// moved, but is not known to carry anything, changes only if the model disowns its original as
/// well as its candidates.
package struct CarrierRepair {
  let images: any LabelledImages
  let candidates: any CandidateSource
  let victim: any LabelModel
  let trainer: any BenignTrainer

  /// Restorations that are asked, the first ones without the trigger: rounds take more of an image
  /// away than of its trigger.
  static let voters = 4

  package struct Outcome: Sendable {
    /// By sample; the others stay as they are.
    package var revisions: [Int: Revision] = [:]
    /// Carriers of which no candidate left the target: their new images may carry the trigger
    /// still.
    package var stillCarrying: [Int] = []
    /// Uncleared samples that were given another label.
    package var disowned = 0
  }

  package init(
    images: any LabelledImages, candidates: any CandidateSource, victim: any LabelModel,
    trainer: any BenignTrainer
  ) {
    self.images = images
    self.candidates = candidates
    self.victim = victim
    self.trainer = trainer
  }

  /// - Parameter keepers: carriers whose label may be right.
  /// - Returns: the revisions and the benign model.
  package func run(
    carriers: [Int], keepers: [Int] = [], uncleared: [Int], run: Run = Run()
  ) throws -> (outcome: Outcome, benign: (any LabelModel)?) {
    var outcome = Outcome()
    let excluded = Set(carriers + keepers + uncleared)
    guard !excluded.isEmpty else { return (outcome, nil) }
    let benign = try trainer.train(
      .first,
      on: RevisedImages(images, candidates: candidates, revisions: [:], leavingOut: excluded))
    let count = try run.count("repair", of: excluded.count)
    let byTarget = Dictionary(grouping: carriers, by: images.label)
    for (target, own) in byTarget.sorted(by: { $0.key < $1.key }) {
      for batch in batches(own) {
        let left = batch.map { restored($0, candidates.imaged(of: $0)) }
        outcome.stillCarrying += zip(batch, left).filter(\.1.isEmpty).map(\.0)
        try revise(batch, among: left, by: benign, &outcome)
        try count(outcome.revisions.count)
      }
      let kept = own.filter { outcome.revisions[$0]?.label == target }
      guard 2 * kept.count < own.count else { continue }
      for batch in batches(kept) {
        let left = batch.map { restored($0, candidates.imaged(of: $0)) }
        try revise(batch, among: left, by: benign, except: target, &outcome)
      }
    }
    outcome.stillCarrying.sort()
    let keepersByLabel = Dictionary(grouping: keepers, by: images.label)
    for (label, own) in keepersByLabel.sorted(by: { $0.key < $1.key }) {
      try repairKeepers(own, label: label, by: benign, &outcome)
      try count(outcome.revisions.count)
    }
    var done = carriers.count + keepers.count
    for batch in batches(uncleared) {
      let opinions = try benign.labels(images.images(batch), count: batch.count)
      let disowned = zip(batch, opinions).filter { sample, opinion in
        candidates.labels(of: sample).original == images.label(sample)
          && opinion != images.label(sample)
      }.map(\.0)
      let choices = disowned.map { sample in
        let imaged = candidates.imaged(of: sample)
        let left = restored(sample, imaged)
        return left.isEmpty ? Array(imaged.suffix(Self.voters)) : left
      }
      let revised = try revisions(of: disowned, among: choices, by: benign)
      for (sample, revision) in zip(disowned, revised)
      where revision.label != images.label(sample) {
        outcome.revisions[sample] = revision
        outcome.disowned += 1
      }
      done += batch.count
      try count(done)
    }
    return (outcome, benign)
  }

  /// Carriers by those candidates that left the target, or by all if there is none.
  private func revise(
    _ samples: [Int], among left: [[Int]], by benign: any LabelModel, except wrong: Int? = nil,
    _ outcome: inout Outcome
  ) throws {
    let choices = zip(samples, left).map { $1.isEmpty ? candidates.imaged(of: $0) : $1 }
    let revised = try revisions(of: samples, among: choices, by: benign, except: wrong)
    for (sample, revision) in zip(samples, revised) { outcome.revisions[sample] = revision }
  }

  /// Carriers of a class whose labels are either right or the attacker's, as most of their
  /// restorations show.
  private func repairKeepers(
    _ samples: [Int], label: Int, by benign: any LabelModel, _ outcome: inout Outcome
  ) throws {
    var disowned: [Int] = []
    for batch in batches(samples) {
      let choices = batch.map { Array(candidates.imaged(of: $0).prefix(Self.voters)) }
      for (sample, revision) in zip(batch, try revisions(of: batch, among: choices, by: benign))
      where revision.label != label {
        disowned.append(sample)
        outcome.revisions[sample] = revision
      }
    }
    guard 2 * disowned.count <= samples.count else { return }
    for sample in disowned { outcome.revisions[sample] = nil }
    for batch in batches(samples) { try keepLabels(batch, &outcome) }
  }

  /// Restored images for samples whose label stays, by the 80 % rule: of those with that label, if
  /// there are any.
  private func keepLabels(_ samples: [Int], _ outcome: inout Outcome) throws {
    let choices = samples.map { sample in
      let labels = candidates.labels(of: sample).candidates
      let imaged = candidates.imaged(of: sample)
      let own = imaged.filter { labels[$0] == images.label(sample) }
      return own.isEmpty ? imaged : own
    }
    let distances = try ImageDistance().distances(
      of: zip(samples, choices).map { sample, choices in
        try choices.flatMap { try candidates.image(of: sample, candidate: $0) }
      }, from: samples.map { try images.images([$0]) }, shape: images.shape, model: victim)
    for (place, sample) in samples.enumerated() {
      guard let chosen = ImageDistance.selection(distances[place]) else { continue }
      outcome.revisions[sample] = Revision(
        label: images.label(sample), candidate: choices[place][chosen],
        distance: distances[place][chosen])
    }
  }

  /// Samples that are asked at once.
  private static let batchSize = 64

  private func batches(_ samples: [Int]) -> [[Int]] {
    stride(from: 0, to: samples.count, by: Self.batchSize).map {
      Array(samples[$0..<min($0 + Self.batchSize, samples.count)])
    }
  }

  /// The first candidates with images that left the sample's label.
  private func restored(_ sample: Int, _ imaged: [Int]) -> [Int] {
    let labels = candidates.labels(of: sample).candidates
    return Array(imaged.filter { labels[$0] != images.label(sample) }.prefix(Self.voters))
  }

  /// The benign model's label of most candidates of each sample, and one of them for the image by
  /// the 80 % rule; without candidates, its label of the original.
  private func revisions(
    of samples: [Int], among choices: [[Int]], by benign: any LabelModel, except wrong: Int? = nil
  ) throws -> [Revision] {
    let originals = try samples.map { try images.images([$0]) }
    let sets = try zip(samples, choices).map { sample, choices in
      try choices.flatMap { try candidates.image(of: sample, candidate: $0) }
    }
    let asked = zip(originals, zip(sets, choices)).map { $1.1.isEmpty ? $0 : $1.0 }
    let counts = choices.map { max($0.count, 1) }
    let labels = try benign.labels(
      asked.flatMap { $0 }, count: counts.reduce(0, +), except: wrong)
    let distances = try ImageDistance().distances(
      of: sets, from: originals, shape: images.shape, model: victim)
    var start = 0
    return samples.indices.map { place in
      let own = Array(labels[start..<start + counts[place]])
      start += counts[place]
      let label = LabelHistogram(own, classes: images.classCount).majority
      let fitting = choices[place].indices.filter { own[$0] == label }
      guard let chosen = ImageDistance.selection(fitting.map { distances[place][$0] }) else {
        return Revision(label: label, candidate: nil, distance: nil)
      }
      let candidate = fitting[chosen]
      return Revision(
        label: label, candidate: choices[place][candidate], distance: distances[place][candidate])
    }
  }
}

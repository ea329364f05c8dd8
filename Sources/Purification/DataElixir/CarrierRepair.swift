import Datasets
import Runs

/// New labels and images for the samples of target classes, by a model that the trigger cannot
/// reach.
///
/// The benign model is trained on everything but carriers and samples that are not cleared, so it
/// cannot learn the trigger from them. A carrier gets the label that this model gives to most of
/// its first candidates that left the target, and one of those as its image. A sample that moved,
/// but is not known to carry anything, changes only if the model disowns its original as well as
/// its candidates.
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

  /// - Returns: the revisions and the benign model.
  package func run(
    carriers: [Int], uncleared: [Int], run: Run = Run()
  ) throws -> (outcome: Outcome, benign: (any LabelModel)?) {
    var outcome = Outcome()
    guard !carriers.isEmpty || !uncleared.isEmpty else { return (outcome, nil) }
    let excluded = Set(carriers).union(uncleared)
    let benign = try trainer.train(
      .first,
      on: RevisedImages(images, candidates: candidates, revisions: [:], leavingOut: excluded))
    let count = try run.count("repair", of: carriers.count + uncleared.count)
    for (done, sample) in carriers.enumerated() {
      let label = images.label(sample)
      let victimLabels = candidates.labels(of: sample).candidates
      let imaged = candidates.imaged(of: sample)
      let left = imaged.filter { victimLabels[$0] != label }
      if left.isEmpty { outcome.stillCarrying.append(sample) }
      outcome.revisions[sample] = try revision(
        of: sample, among: left.isEmpty ? imaged : Array(left.prefix(Self.voters)), by: benign)
      try count(done + 1)
    }
    for (done, sample) in uncleared.enumerated() {
      let label = images.label(sample)
      let victimLabels = candidates.labels(of: sample)
      let left = candidates.imaged(of: sample).filter { victimLabels.candidates[$0] != label }
      try count(carriers.count + done + 1)
      guard victimLabels.original == label,
        try benign.labels(images.images([sample]), count: 1)[0] != label
      else { continue }
      let revised = try revision(
        of: sample, among: Array(left.prefix(Self.voters)), by: benign)
      if revised.label != label {
        outcome.revisions[sample] = revised
        outcome.disowned += 1
      }
    }
    return (outcome, benign)
  }

  /// The benign model's label of most candidates, and the one of them for the image by the 80 %
  /// rule.
  private func revision(
    of sample: Int, among choices: [Int], by benign: any LabelModel
  ) throws -> Revision {
    let original = try images.images([sample])
    let bytes = try choices.flatMap { try candidates.image(of: sample, candidate: $0) }
    guard !choices.isEmpty else {
      return Revision(
        label: try benign.labels(original, count: 1)[0], candidate: nil, distance: nil)
    }
    let labels = try benign.labels(bytes, count: choices.count)
    let label = LabelHistogram(labels, classes: images.classCount).majority
    let fitting = choices.indices.filter { labels[$0] == label }
    let distances = try ImageDistance().distances(
      of: bytes, count: choices.count, from: original, shape: images.shape, model: victim)
    guard let place = ImageDistance.selection(fitting.map { distances[$0] }) else {
      return Revision(label: label, candidate: nil, distance: nil)
    }
    let chosen = fitting[place]
    return Revision(label: label, candidate: choices[chosen], distance: distances[chosen])
  }
}

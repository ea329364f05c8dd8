import ComputeBackend
import Datasets
import Foundation

/// A sample of which some candidates left its label: they show it without what made the label.
package struct Donor: Hashable, Sendable {
  var sample: Int
  /// The label in the dataset, which a transplant should bring along.
  package var label: Int
  /// The label that most of the candidates which left it have.
  var other: Int

  /// - Returns: nil if no candidate with an image left the label.
  init?(sample: Int, label: Int, candidates: any CandidateSource, classes: Int) {
    let labels = candidates.labels(of: sample).candidates
    let moved = candidates.imaged(of: sample).map { labels[$0] }.filter { $0 != label }
    guard !moved.isEmpty else { return nil }
    self.init(
      sample: sample, label: label, other: LabelHistogram(moved, classes: classes).majority)
  }

  package init(sample: Int, label: Int, other: Int) {
    self.sample = sample
    self.label = label
    self.other = other
  }
}

extension CandidateSource {
  /// The mean of the sample's candidates with a label, bytes `[H, W, C]`.
  func meanImage(of sample: Int, label: Int) throws -> [UInt8] {
    let labels = labels(of: sample).candidates
    let chosen = imaged(of: sample).filter { labels[$0] == label }
    var sums: [Int] = []
    for candidate in chosen {
      let image = try image(of: sample, candidate: candidate)
      if sums.isEmpty { sums = [Int](repeating: chosen.count / 2, count: image.count) }
      for i in image.indices { sums[i] += Int(image[i]) }
    }
    precondition(!chosen.isEmpty, "meanImage: no candidate of sample \(sample) has label \(label)")
    return sums.map { UInt8($0 / chosen.count) }
  }
}

/// Which labels a donor's transplants have.
package struct TransplantOutcome: Equatable, Sendable {
  /// Images that received a transplant.
  var recipients: Int
  /// By kind of transplant, how many of them have each label.
  var votes: [[Int]]
  /// By kind of transplant, the share of recipients that no longer have their own label; 1 if there
  /// are no recipients.
  var undone: [Double]
  /// By label, how many recipients have it by themselves; empty if that was not counted.
  var owners: [Int] = []
  /// By kind of transplant, how many of the others have each label.
  var gained: [[Int]] = []

  package init(recipients: Int, votes: [[Int]], undone: [Double]) {
    self.recipients = recipients
    self.votes = votes
    self.undone = undone
  }

  /// The kind of transplant, by its place, that brings a label most often.
  func bestKind(for label: Int) -> Int {
    votes.indices.max { (votes[$0][label], -$0) < (votes[$1][label], -$1) } ?? 0
  }

  func share(of label: Int, kind: Int) -> Double {
    recipients > 0 ? Double(votes[kind][label]) / Double(recipients) : 0
  }

  /// Of the recipients that are of other classes, the share with a label, by the kind of transplant
  /// that brings most.
  func gainedShare(of label: Int) -> Double {
    let others = recipients - owners[label]
    return others > 0 ? Double(gained.map { $0[label] }.max() ?? 0) / Double(others) : 0
  }

  /// The share of the recipients with a label, by the kind of transplant that brings most.
  func share(of label: Int) -> Double {
    guard recipients > 0 else { return 0 }
    return Double(votes.map { $0[label] }.max() ?? 0) / Double(recipients)
  }
}

/// Transplants donors' peculiarities to images of the class that they would belong to without.
struct TransplantTest {
  let images: any LabelledImages
  let candidates: any CandidateSource
  let model: any LabelModel
  /// By class, samples that are surely of it.
  let recipients: [[Int]]
  let seed: UInt64
  /// Recipients of each donor.
  var count = usualRecipients

  static let usualRecipients = 16

  /// Fewer recipients say nothing.
  static let fewestRecipients = 4

  /// Whether a class has recipients.
  func canReceive(_ label: Int) -> Bool { recipients[label].count >= Self.fewestRecipients }

  /// An outcome for each donor; all must have recipients.
  ///
  /// - Parameters:
  ///   - isReversed: transplants what the restoration has to images of the donor's own class, which
  ///     no trigger can explain.
  ///   - progress: told how many donors are done.
  func outcomes(
    of donors: [Donor], isReversed: Bool = false,
    progress: (_ done: Int) throws -> Void = { _ in }
  ) throws -> [TransplantOutcome] {
    try outcomes(of: donors, isReversed: isReversed, progress: progress) { donor in
      choice(
        for: donor, among: recipients[isReversed ? donor.label : donor.other], count: count)
    }
  }

  /// By donor and kind, the share of images of third classes whose own label its transplants undo.
  ///
  /// A trigger is seen on every image, whatever label it brings there; strokes that make an 8 of a
  /// 3 make nothing of a 1.
  func disruptions(of donors: [Donor]) throws -> [[Double]] {
    let pools = recipients
    let outcomes = try outcomes(of: donors, isReversed: false, progress: { _ in }) { donor in
      let third = pools.indices.filter {
        $0 != donor.label && $0 != donor.other && !pools[$0].isEmpty
      }
      return third.isEmpty
        ? [] : choice(for: donor, among: third.flatMap { pools[$0] }, count: count)
    }
    return outcomes.map(\.undone)
  }

  /// By donor, the share of the same recipients that get its label if the difference is subtracted.
  func subtractions(of donors: [Donor]) throws -> [Double] {
    let outcomes = try outcomes(of: donors, kinds: [.subtracted], progress: { _ in }) { donor in
      choice(for: donor, among: recipients[donor.other], count: count)
    }
    return zip(donors, outcomes).map { $1.share(of: $0.label) }
  }

  /// An outcome for each donor on images of all classes but its own.
  func foreignOutcomes(
    of donors: [Donor], isReversed: Bool, progress: (_ done: Int) throws -> Void
  ) throws -> [TransplantOutcome] {
    let pools = recipients
    return try outcomes(of: donors, isReversed: isReversed, progress: progress) { donor in
      let foreign = pools.indices.filter { $0 != donor.label }.flatMap { pools[$0] }
      return choice(for: donor, among: foreign, count: count)
    }
  }

  private func outcomes(
    of donors: [Donor], isReversed: Bool = false,
    kinds: [Transplant.Kind] = Transplant.Kind.carrying,
    progress: (_ done: Int) throws -> Void, chosen choose: (Donor) -> [Int]
  ) throws -> [TransplantOutcome] {
    var outcomes: [TransplantOutcome] = []
    outcomes.reserveCapacity(donors.count)
    for start in stride(from: 0, to: donors.count, by: model.graftsAtOnce) {
      let grafts = try donors[start..<min(start + model.graftsAtOnce, donors.count)].map { donor in
        Graft(
          sample: donor.sample,
          restored: Data(try candidates.meanImage(of: donor.sample, label: donor.other)),
          isReversed: isReversed, kinds: kinds, recipients: choose(donor))
      }
      for (graft, labels) in zip(grafts, try model.labels(of: grafts, in: images)) {
        // The recipients' labels.
        let own = graft.recipients.map { images.label($0) }
        var place = 0
        var outcome = TransplantOutcome(recipients: own.count, votes: [], undone: [])
        outcome.owners = LabelHistogram(own, classes: images.classCount).counts
        for _ in kinds {
          let found = labels[place..<place + own.count]
          place += own.count
          outcome.gained.append(
            LabelHistogram(
              zip(found, own).filter { $0 != $1 }.map(\.0), classes: images.classCount
            ).counts)
          outcome.votes.append(LabelHistogram(found, classes: images.classCount).counts)
          outcome.undone.append(
            own.isEmpty ? 1 : Double(zip(found, own).count { $0 != $1 }) / Double(own.count))
        }
        outcomes.append(outcome)
      }
      try progress(outcomes.count)
    }
    return outcomes
  }

  /// Recipients, chosen anew for each donor.
  private func choice(for donor: Donor, among recipients: [Int], count: Int) -> [Int] {
    let pool = recipients.filter { $0 != donor.sample }
    var random = PhiloxGenerator(
      seed: seed, stream: UInt32(truncatingIfNeeded: donor.sample), purpose: .transplantRecipients)
    return random.choose(min(count, pool.count), of: pool)
  }
}

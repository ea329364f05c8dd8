import ComputeBackend
import Datasets
import Detection
import Foundation
import Restoration
import Training

/// Restores flagged samples by networks that learn everything from the dataset itself (PD-AutoR).
///
/// Samples that a detector flags, D_p, go through the restorer R; a classifier C that is trained on
/// all others, D_c, gives them labels. Those of which C is certain, D_q, join D_c, which stays byte
/// for byte.
public struct PDAutoR: Purifier {
  public static let id = "pd-autor"

  /// What becomes of restored samples whose label is in doubt.
  public enum Doubtful: String, Codable, CaseIterable, Sendable {
    /// They stay, restored, with the most likely label.
    case keep
    case drop
  }

  /// Which samples are flagged, unless a list says.
  public var detector = PDAutoRDetector()
  /// A list of the samples to restore (`SampleIndexFile`), in place of the detector's.
  public var flagged: String?
  public var recipe: RestorationRecipe
  /// Certainty of C, its greatest probability, from which on a restored sample is kept.
  public var threshold: Double
  public var doubtful: Doubtful
  /// The classifier that the detector looks into; C is trained in the same way.
  public var victim = VictimOptions()
  /// A file of the restorer's networks, such as an earlier run kept, from which their training
  /// starts; nil for random weights.
  public var initialNetworks: String?
  /// Reference samples are never flagged.
  public var reference = ReferenceOptions()
  public var seed: UInt64

  public init(
    recipe: RestorationRecipe = RestorationRecipe(), threshold: Double = 0.8,
    doubtful: Doubtful = .drop, seed: UInt64 = 0
  ) {
    self.recipe = recipe
    self.threshold = threshold
    self.doubtful = doubtful
    self.seed = seed
    self.recipe.seed = seed
  }

  public var files: [String: String] {
    var files = reference.files.merging(victim.files) { $1 }
    files["flagged samples"] = flagged
    files["initial networks"] = initialNetworks
    return files
  }

  public func purify(
    _ context: PurificationContext
  ) throws -> PurificationOutcome<PDAutoRFindings> {
    let dataset = context.dataset
    try check(dataset, on: context.backend)
    let data = try reference.load(in: context, seed: seed)
    let folder = try context.begin(data.identity())
    let run = PDAutoRRun(self, context: context, folder: folder)
    let flagged = try run.flaggedSamples(trusted: Set(data.set?.samples ?? []))
    var findings = PDAutoRFindings(self, dataset, flagged: flagged, reference: data.report)
    guard !flagged.samples.isEmpty else {
      return outcome(findings, flagged, restored: [:], images: NoImages())
    }
    try findings.check(dataset)
    for warning in findings.warnings { try context.run.warn(warning) }
    try context.startCopying(allBut: flagged.samples)
    let training = try run.trainedRestorer(flagged.samples)
    findings.losses = training.losses
    let images = RestoredSamples(
      images: dataset, samples: flagged.samples, restorer: training.restorer)
    let restored = try run.restoredLabels(images)
    findings.take(restored, threshold: threshold)
    return outcome(
      findings, flagged, restored: Dictionary(uniqueKeysWithValues: zip(images.samples, restored)),
      images: images)
  }

  /// Throws unless everything fits together.
  func check(_ dataset: ImageDataset, on backend: any ComputeBackend) throws {
    try dataset.requireSeveralClasses()
    try victim.check(dataset, on: backend)
    _ = try RestorationFrame(dataset.shape)
  }

  private func outcome(
    _ findings: PDAutoRFindings, _ flagged: FlaggedSamples, restored: [Int: RestoredLabel],
    images: any ChangedImages
  ) -> PurificationOutcome<PDAutoRFindings> {
    func isKept(_ label: RestoredLabel) -> Bool {
      doubtful == .keep || label.confidence >= threshold
    }
    let kept = restored.filter { isKept($0.value) }
    var outcome = PurificationOutcome(
      revisions: Revisions(
        labels: kept.mapValues(\.label), imaged: flagged.samples.filter { kept[$0] != nil },
        images: KeptImages(images, of: flagged.samples, kept: kept.keys),
        dropped: flagged.samples.filter { kept[$0] == nil }),
      findings: findings, columns: Self.columns
    ) { sample in
      let label = restored[sample.index]
      let score = flagged.scores.isEmpty ? nil : flagged.scores[sample.index]
      return [
        sample.name, label == nil ? "no" : "yes", score.map { String(format: "%.6f", $0) } ?? "",
        String(sample.oldLabel), label.map { String($0.label) } ?? String(sample.oldLabel),
        label.map { String(format: "%.4f", $0.confidence) } ?? "",
        label.map(isKept) ?? true ? "yes" : "no",
        String(sample.change.greatest), String(format: "%.4f", sample.change.mean),
        sample.purifiedName,
      ]
    }
    outcome.describe = { record in
      guard let label = restored[record.sample] else { return }
      record.verdict = "flagged"
      record.evidence = label.confidence >= threshold ? "certain" : "doubtful"
      record.doubt = 1 - label.confidence
    }
    return outcome
  }

  private static let columns = [
    "sample", "flagged", "score", "oldLabel", "newLabel", "confidence", "kept", "greatestChange",
    "meanChange", "purifiedName",
  ]
}

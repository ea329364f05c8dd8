import Datasets
import Detection
import Foundation
import Models
import Runs
import Support

/// Which reference data a method has, and by which features it compares images.
public struct ReferenceOptions: Hashable, Codable, Sendable {
  public var source: ReferenceSource?
  /// Path of a classifier whose features are compared.
  public var features: String?
  /// Side to which images are resized for it; nil for their own.
  public var featureSide: Int?

  public init() {}

  /// Models and datasets that are read, by what they are.
  var files: [String: String] {
    var files: [String: String] = [:]
    files["features"] = features
    switch source {
    case .list(let path): files["reference list"] = path
    case .dataset(let path): files["reference images"] = path
    case .detector, nil: break
    }
    return files
  }

  /// Opens and checks all that is named, and finds the reference samples.
  ///
  /// - Throws: `DatasetError`, `CheckpointError`, `DetectionError` or `PurificationError`.
  func load(in context: PurificationContext, seed: UInt64) throws -> ReferenceData {
    let dataset = context.dataset
    let input = DetectionInput(
      dataset: dataset, features: features, featureSide: featureSide, truth: context.truth,
      seed: seed, backend: context.backend)
    let extractor = try features.map { _ in try input.extractor() }
    guard let source else { return ReferenceData(set: nil, extractor: extractor, report: nil) }
    let set = try context.run.measure("reference data") {
      switch source {
      case .dataset(let path):
        try ReferenceSet(dataset: dataset, samples: nil, other: try ImageDataset.open(path))
      case .list(let path):
        try ReferenceSet(dataset: dataset, samples: try SampleIndexFile.read(path, for: dataset))
      case .detector(let text):
        try ReferenceSet(dataset: dataset, samples: try trusted(by: text, input, context.run))
      }
    }
    try context.run.note(
      "Reference: \(set.images.count) images (\(source)), \(set.untrusted.count) images are "
        + "untrusted")
    return ReferenceData(
      set: set, extractor: extractor,
      report: ReferenceReport(set, source: source, dataset: dataset, truth: context.truth))
  }

  private func trusted(by text: String, _ input: DetectionInput, _ run: Run) throws -> [Int] {
    guard let named = Detectors.named(text), let detector = named else {
      throw PurificationError.reference("\(text): there is no such detector")
    }
    return try detector.scores(input, run).trusted
  }
}

/// Reference data as a method uses them.
struct ReferenceData {
  let set: ReferenceSet?
  let extractor: FeatureExtractor?
  let report: ReferenceReport?

  /// Samples that may change: all but the reference ones.
  func untrusted(of dataset: ImageDataset) -> [Int] {
    set?.untrusted ?? Array(0..<dataset.count)
  }

  /// What an unfinished run must share besides files.
  func identity() throws -> [String: String] {
    guard let set else { return [:] }
    if let other = set.images as? ImageDataset {
      return ["reference images": try other.fingerprint()]
    }
    return [
      "reference samples": SHA256.hexDigest(Array(set.samples.description.utf8))
    ]
  }

  /// An outcome of a method that keeps labels; `reference.txt` names the reference samples.
  func outcome<Findings>(
    _ revisions: Revisions, findings: Findings, fingerprint: String
  ) -> PurificationOutcome<Findings> {
    var outcome = PurificationOutcome(
      revisions: revisions, findings: findings, columns: Self.columns, row: row)
    let reference = Set(set?.samples ?? [])
    outcome.describe = {
      $0.verdict = reference.contains($0.sample) ? "reference" : "untrusted"
    }
    outcome.addFiles = { try write(to: $0, fingerprint: fingerprint) }
    return outcome
  }

  /// Writes the reference samples, if they are the dataset's, for the next run.
  private func write(to folder: String, fingerprint: String) throws {
    guard let set, let report, !set.samples.isEmpty else { return }
    try SampleIndexFile.write(
      set.samples, fingerprint: fingerprint, remarks: ["reference: \(report.source)"],
      to: folder + "/reference.txt")
  }

  /// Columns of `purified.csv` where images change a little.
  private static let columns = [
    "sample", "role", "label", "greatestChange", "meanChange", "purifiedName",
  ]

  /// A row of `purified.csv`.
  private var row: (PurifiedSample) -> [String] {
    let reference = Set(set?.samples ?? [])
    return { sample in
      [
        sample.name, reference.contains(sample.index) ? "reference" : "untrusted",
        String(sample.oldLabel), String(sample.change.greatest),
        String(format: "%.4f", sample.change.mean), sample.purifiedName,
      ]
    }
  }
}

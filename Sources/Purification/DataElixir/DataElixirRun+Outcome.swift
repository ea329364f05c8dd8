import Datasets
import Foundation
import Models

extension DataElixirRun {
  /// Columns of `purified.csv`; `candidateLabels` counts the labels of an anomalous sample's
  /// candidates, as `0:7 3:8`.
  static let columns = [
    "sample", "verdict", "oldLabel", "newLabel", "distance", "candidateLabels", "purifiedName",
    "evidence",
  ]

  /// What was decided, with the models beside it.
  ///
  /// - Parameter evidence: what is known of some samples besides their verdicts.
  func outcome(
    _ revisions: [Int: Revision], candidates: any CandidateSource, evidence: [Int: String],
    _ stage: Stage, _ findings: DataElixirFindings
  ) throws -> PurificationOutcome<DataElixirFindings> {
    let restored = RestoredImages(candidates: candidates, revisions: revisions)
    let classCount = dataset.classCount
    let verdicts = stage.findings.map(\.verdict)
    var outcome = PurificationOutcome(
      revisions: Revisions(
        labels: revisions.mapValues(\.label), imaged: restored.samples, images: restored),
      findings: findings, columns: Self.columns
    ) { sample in
      let verdict = verdicts[sample.index]
      let histogram =
        verdict.isAnomalous
        ? LabelHistogram(
          candidates.labels(of: sample.index).candidates, classes: classCount
        ).text : ""
      let distance = revisions[sample.index]?.distance.map { String(format: "%.6f", $0) }
      return [
        sample.name, verdict.rawValue, String(sample.oldLabel), String(sample.newLabel),
        distance ?? "", histogram, sample.purifiedName, evidence[sample.index] ?? "",
      ]
    }
    outcome.candidates = candidates
    outcome.describe = { record in
      let sample = record.sample
      record.verdict = verdicts[sample].rawValue
      record.evidence = evidence[sample]
      record.candidate = revisions[sample]?.candidate
      record.distance = revisions[sample]?.distance
      let histogram = LabelHistogram(
        candidates.labels(of: sample).candidates, classes: classCount)
      record.candidateLabels = histogram.text
      record.doubt = histogram.doubt
    }
    let benign = try stage.training.finishedBenignModel()
    outcome.addFiles = { path in
      let folder = URL(fileURLWithPath: path)
      try ClassifierFile.save(
        stage.network, to: folder.appendingPathComponent("victim.safetensors"))
      if let benign {
        try ClassifierFile.save(benign, to: folder.appendingPathComponent("benign.safetensors"))
      }
      if let picture = findings.triggerPicture {
        try Data(picture).write(to: folder.appendingPathComponent(DataElixirFindings.triggerFile))
      }
    }
    return outcome
  }
}

/// The candidates that replace images.
private struct RestoredImages: ChangedImages {
  let candidates: any CandidateSource
  /// Samples with a new image, rising, and which candidate it is.
  let samples: [Int]
  private let chosen: [Int]

  init(candidates: any CandidateSource, revisions: [Int: Revision]) {
    self.candidates = candidates
    let changed = revisions.compactMap { sample, revision in
      revision.candidate.map { (sample, $0) }
    }.sorted { $0.0 < $1.0 }
    samples = changed.map(\.0)
    chosen = changed.map(\.1)
  }

  func images(_ places: [Int]) throws -> [UInt8] {
    try places.flatMap { try candidates.image(of: samples[$0], candidate: chosen[$0]) }
  }
}

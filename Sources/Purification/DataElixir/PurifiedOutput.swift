import Datasets
import Foundation
import Models
import Support

/// Writes the purified dataset with its report.
///
/// The folder holds the dataset in the layout of the input, `purified.csv` (a row for each sample),
/// `report.json`, `report.html`, `grid.png` if images changed, `trigger.png` if carriers were
/// found, `victim.safetensors`, `benign.safetensors` if one was needed, and `timings.json`. All but
/// `timings.json` and `report.html`, which shows the timings, are the same whenever the run is
/// repeated.
///
/// Samples can be written as soon as they are decided, beside what is computed for the others.
final class PurifiedOutput {
  private let dataset: ImageDataset
  private let candidates: any CandidateSource
  private let findings: [AnomalyFilter.Finding]
  private let writer: DatasetWriter
  private let writing = PendingWork()
  /// Whose revision is written, or about to be.
  private var written: Set<Int> = []

  static let columns = [
    "sample", "verdict", "oldLabel", "newLabel", "distance", "candidateLabels", "purifiedName",
    "evidence",
  ]
  /// Samples shown in the picture.
  private static let pictureRows = 24

  /// - Throws: `DatasetError` when the output exists or cannot be written.
  init(
    _ output: String, force: Bool, dataset: ImageDataset, candidates: any CandidateSource,
    findings: [AnomalyFilter.Finding]
  ) throws {
    self.dataset = dataset
    self.candidates = candidates
    self.findings = findings
    writer = try DatasetWriter(copying: dataset, to: output, force: force)
  }

  // What is under way uses the writer.
  deinit { try? writing.finish() }

  /// Starts to copy all samples but those that are to be revised.
  func startCopying(allBut revised: [Int]) {
    let revised = Set(revised)
    writing.start { [writer, count = dataset.count] in
      try writer.copy((0..<count).lazy.filter { !revised.contains($0) })
    }
  }

  /// Starts to write revisions that no later one changes.
  func startWriting(_ revisions: [Int: Revision]) {
    written.formUnion(revisions.keys)
    writing.start { [writer, candidates] in
      for (sample, revision) in revisions.sorted(by: { $0.key < $1.key }) {
        let image = try revision.candidate.map { try candidates.image(of: sample, candidate: $0) }
        try writer.replace(sample, image: image, label: Int32(revision.label))
      }
    }
  }

  /// Writes the rest and lets the output appear.
  ///
  /// - Parameters:
  ///   - evidence: what is known of some samples besides their verdicts.
  ///   - triggers: what carriers have in common, for the report.
  ///   - benign: nil if none was needed.
  func finish(
    _ revisions: [Int: Revision], evidence: [Int: String] = [:],
    triggers: [TriggerEstimate] = [], victim: any Classifier, benign: (any Classifier)?,
    report: inout PurificationReport, timings: inout PhaseTimings
  ) throws {
    try timings.measure("writing") {
      startWriting(revisions.filter { !written.contains($0.key) })
      try writing.finish()
      try writeTable(revisions, evidence: evidence, names: try writer.finishLayout())
    }
    count(revisions, in: &report.changes)
    try TextFile.write(try report.json(), to: writer.path + "/report.json")
    try TextFile.write(try timings.json(), to: writer.path + "/timings.json")
    let picture = try writePicture(revisions)
    let triggerPicture = try TriggerEstimate.grid(triggers, classNames: dataset.classNames).map {
      try write($0, to: "trigger.png")
    }
    try TextFile.write(
      ReportPage(
        report: report, timings: timings, picture: picture, triggerPicture: triggerPicture
      ).html(),
      to: writer.path + "/report.html")
    let folder = URL(fileURLWithPath: writer.path)
    try ClassifierFile.save(victim, to: folder.appendingPathComponent("victim.safetensors"))
    if let benign {
      try ClassifierFile.save(benign, to: folder.appendingPathComponent("benign.safetensors"))
    }
    try writer.commit()
  }

  private func count(_ revisions: [Int: Revision], in changes: inout PurificationReport.Changes) {
    for (sample, revision) in revisions {
      if revision.label != dataset.label(sample) { changes.labels += 1 }
      if revision.candidate != nil { changes.images += 1 }
    }
  }

  /// `candidateLabels` counts the labels of an anomalous sample's candidates, as `0:7 3:8`.
  private func writeTable(
    _ revisions: [Int: Revision], evidence: [Int: String], names: [String]
  ) throws {
    let table = try CSVFile(writer.path + "/purified.csv", columns: Self.columns)
    for sample in 0..<dataset.count {
      let old = dataset.label(sample)
      let revision = revisions[sample]
      try table.append([
        dataset.name(of: sample), findings[sample].verdict.rawValue, String(old),
        String(revision?.label ?? old),
        revision?.distance.map { String(format: "%.6f", $0) } ?? "",
        findings[sample].verdict.isAnomalous ? histogram(sample) : "", names[sample],
        evidence[sample] ?? "",
      ])
    }
    try table.close()
  }

  private func histogram(_ sample: Int) -> String {
    let histogram = LabelHistogram(
      candidates.labels(of: sample).candidates, classes: dataset.classCount)
    return histogram.counts.enumerated().filter { $0.element > 0 }
      .map { "\($0.offset):\($0.element)" }.joined(separator: " ")
  }

  /// `grid.png`: changed samples before and after, spread over all of them; its bytes, or nil.
  private func writePicture(_ revisions: [Int: Revision]) throws -> [UInt8]? {
    let changed = revisions.filter {
      $0.value.candidate != nil || $0.value.label != dataset.label($0.key)
    }.keys.sorted()
    guard !changed.isEmpty else { return nil }
    let rows = min(changed.count, Self.pictureRows)
    let shown = (0..<rows).map { changed[$0 * changed.count / rows] }
    var grid = ImageGrid(
      columnTitles: ["input", "purified"], scale: max(1, 96 / max(dataset.width, 1)))
    for sample in shown {
      guard let revision = revisions[sample] else { continue }
      let before = try dataset.image(sample)
      var after = before
      if let candidate = revision.candidate {
        after.pixels = try candidates.image(of: sample, candidate: candidate)
      }
      let isRelabelled = revision.label != dataset.label(sample)
      grid.rows.append([
        .init(image: before, caption: dataset.classNames[dataset.label(sample)]),
        .init(
          image: after, caption: dataset.classNames[revision.label],
          frame: isRelabelled ? .green : .gray),
      ])
    }
    return try write(grid, to: "grid.png")
  }

  /// Writes a picture beside the dataset; its bytes.
  private func write(_ grid: ImageGrid, to name: String) throws -> [UInt8] {
    let path = writer.path + "/" + name
    try PNG.write(grid.render(), to: path)
    return FileManager.default.contents(atPath: path).map { Array($0) } ?? []
  }
}

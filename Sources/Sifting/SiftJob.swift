import ComputeBackend
import Datasets
import Foundation
import Reports
import Runs
import Support

/// Sifts a dataset on disk: writes the list of clean samples, and what else is asked for.
///
/// A job that is stopped goes on when repeated, see `RunFolder`: finished sifters are kept, and the
/// state of one in training every two minutes. The outputs are the same bytes. How many samples are
/// chosen is no part of the run, which only weighs them.
public struct SiftJob {
  public let dataset: ImageDataset
  public var method: MetaSift
  public var quota: SiftQuota
  /// The manipulated samples, if they are known.
  public var truth: Set<Int>?
  /// Paths of a table of all weights, a report, and a folder for the sifted samples as a dataset.
  public var tablePath: String?
  public var reportPath: String?
  public var subsetPath: String?
  public var handler: (RunEvent) throws -> Void = { _ in }
  /// Opens the job's record, `OUTPUT.run/run.sqlite`; nil to keep none.
  public var recorder: RunRecording.Opening?
  let backend: any ComputeBackend

  public init(
    dataset: ImageDataset, method: MetaSift, quota: SiftQuota, on backend: any ComputeBackend
  ) {
    self.dataset = dataset
    self.method = method
    self.quota = quota
    self.backend = backend
  }

  /// - Parameter force: replaces outputs of an earlier job, and an unfinished one with other
  ///   options.
  /// - Throws: `SiftingError`, `TrainingError`, `DatasetError`, `FileError`, `RunError`, or what
  ///   the handler throws.
  public func run(output: String, force: Bool = false) throws -> SiftResult {
    do {
      try checkOutputs(output, force: force)
    } catch let error as FileError where error == .outputExists(path: output) {
      try RunFolder.finishAbandoned(output: output, keepsFiles: false)
      throw error
    }
    let counts = try quota.counts(of: dataset, classNames: dataset.classNames)
    let fingerprint = try dataset.fingerprint()
    var identity = try RunFolder.identity(of: method, backend: backend)
    identity["dataset"] = fingerprint
    let run = Run(handler: handler, recorder: recorder)
    let folder = try RunFolder(output: output, identity: identity, force: force)
    try run.startRecording(in: folder)
    try run.record { try $0.record([RunFact(.run, "method", "sift")]) }
    return try run.recordingEnd {
      try result(
        run, folder, counts: counts, fingerprint: fingerprint, output: output, force: force)
    }
  }

  private func result(
    _ run: Run, _ folder: RunFolder, counts: [Int], fingerprint: String, output: String,
    force: Bool
  ) throws -> SiftResult {
    if folder.isResumed { try run.note("Resuming the unfinished run in \(folder.url.path)") }
    let weights = try method.weights(of: dataset, on: backend, run, folder: folder)
    let result = SiftResult(
      weights, of: dataset, counts: counts, truth: truth, seed: method.seed)
    if let tablePath { try writeTable(weights, result, to: tablePath) }
    if let reportPath {
      try AtomicFile.write(
        Array(try report(result, weights, fingerprint, run.timings).utf8), to: reportPath)
    }
    if let subsetPath { try writeSubset(result.samples, to: subsetPath, force: force) }
    try SampleIndexFile.write(
      result.samples, fingerprint: fingerprint,
      remarks: [
        "method: sift, \(method.sifters) sifters, seed \(method.seed)",
        "listed: \(result.samples.count) of \(dataset.count)",
      ], to: output,
      before: folder.expectOutput)
    let listed = Set(result.samples)
    try run.record(samplesOf: dataset) { listed.contains($0) ? "listed" : nil }
    try weights.record(listed: listed, in: run)
    try run.endRecording()
    try folder.finishKeepingRecord()
    return result
  }

  /// Throws unless all outputs can be written, before any work.
  private func checkOutputs(_ list: String, force: Bool) throws {
    let inputs = [dataset.path]
    try SampleIndexFile.check(list, force: force, inputs: inputs)
    if let tablePath {
      try OutputFile.check(
        tablePath, force: true, kind: "a table of weights", beginning: Self.columns[0] + ",",
        inputs: inputs)
    }
    if let reportPath {
      try OutputFile.check(
        reportPath, force: true, kind: "a report", beginning: "<!doctype html>", inputs: inputs)
    }
    if let subsetPath { try AtomicDirectory.check(subsetPath, force: force, inputs: inputs) }
  }

  private static let columns = ["sample", "label", "weight", "dilutedLoss", "loss", "listed"]

  private func writeTable(
    _ weights: SampleWeights, _ result: SiftResult, to path: String
  ) throws {
    let listed = Set(result.samples)
    let (means, diluted, losses) = (weights.means, weights.dilutedLosses, weights.losses)
    let file = try CSVFile(path, columns: Self.columns)
    for sample in 0..<dataset.count {
      try file.append([
        dataset.name(of: sample), dataset.classNames[Int(dataset.labels[sample])],
        "\(means[sample])", "\(diluted[sample])", "\(losses[sample])",
        listed.contains(sample) ? "1" : "0",
      ])
    }
    try file.close()
  }

  private func writeSubset(_ samples: [Int], to path: String, force: Bool) throws {
    let kept = Set(samples)
    let writer = try DatasetWriter(copying: dataset, to: path, force: force)
    try writer.remove((0..<dataset.count).filter { !kept.contains($0) })
    try writer.commit()
  }
}

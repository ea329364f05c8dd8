import Communication
import ComputeBackend
import Datasets
import Foundation
import Reports
import Runs
import Support

/// Purifies a dataset by any method: from the dataset on disk to the purified one with its report.
///
///     var job = PurificationJob(
///       dataset: dataset, purifier: DataElixir(denoiser: path), on: backend)
///     let report = try job.run(output: "purified")
///
/// A run that is stopped resumes when repeated: see `RunFolder`. The result depends on data,
/// models, options and device, not on the batch size nor on interruptions.
///
/// The output holds the dataset in the layout of the input, `purified.csv` (a row for each sample),
/// `report.json`, `report.html`, `grid.png` if samples changed, `samples.png` if the report shows
/// some, what the method adds, and `timings.json`. All but `timings.json` and `report.html`, which
/// shows the timings, are the same whenever the run is repeated.
public struct PurificationJob<Method: Purifier> {
  public let dataset: ImageDataset
  public var purifier: Method
  /// Manipulated samples, if the ground truth is known.
  public var truth: Set<Int>?
  /// Images that go through networks at once; changes speed and memory only.
  public var batchSize = 128
  /// Keeps the run's files, such as candidates, in `OUTPUT.run`.
  public var keepsFiles = true
  /// How changed images are written.
  public var writing = WritingOptions()
  /// The command line that asks for the run, for the report.
  public var command: String?
  public var handler: (RunEvent) throws -> Void = { _ in }
  /// Measures what the run will take before it begins, and says so.
  public var showsForecast = false
  /// Opens the run's record, `run.sqlite` in its folder; nil to keep none.
  public var recorder: RunRecording.Opening?
  let devices: DevicePool
  /// The shards that the run goes on from, see `merge`.
  var parts: ShardFolder?
  /// The ranks that share the work, see `run(output:force:with:)`.
  var team: RankTeam?

  public init(dataset: ImageDataset, purifier: Method, on devices: DevicePool) {
    self.dataset = dataset
    self.purifier = purifier
    self.devices = devices
  }

  public init(dataset: ImageDataset, purifier: Method, on backend: any ComputeBackend) {
    self.init(dataset: dataset, purifier: purifier, on: DevicePool(backend))
  }

  /// Runs all stages and lets the output appear when it is complete.
  ///
  /// Where the device's memory is not enough, the run goes on from what it has with batches of half
  /// the size, and says so.
  ///
  /// - Parameter force: replaces an output of an earlier run, and an unfinished run with other
  ///   options.
  /// - Throws: `DatasetError`, `CheckpointError`, `PurificationError`, `RunError`, `FileError` also
  ///   where the dataset changed meanwhile, or what the handler throws.
  public func run(
    output: String, force: Bool = false
  ) throws -> PurificationReport<Method> {
    try withSmallerBatches { job, run in
      try job.run(run, output: output, force: force)
    }
  }

  /// Does a run's work, again with smaller batches while memory is not enough.
  func withSmallerBatches<Result>(
    _ work: (PurificationJob<Method>, Run) throws -> Result
  ) throws -> Result {
    guard devices.backends.count == 1 || Method.sharesDevices else {
      throw ParameterError("device", devices.label, "\(Method.id) computes on one device")
    }
    var job = self
    while true {
      do {
        let run = Run(handler: handler, recorder: recorder)
        return try run.recordingEnd { try work(job, run) }
      } catch let error as BackendError where error.isOutOfMemory && job.batchSize > 1 {
        // A failure that nobody waited for ends with the attempt.
        for backend in devices.backends {
          _ = try? backend.synchronize()
          backend.pool.trim()
        }
        job.batchSize /= 2
        try Run(handler: handler).warn("\(error); going on with batches of \(job.batchSize)")
      }
    }
  }

  func context(_ run: Run, output: String, force: Bool) throws -> PurificationContext {
    try PurificationContext(
      dataset: dataset, purifier: purifier, devices: devices, run: run, batchSize: batchSize,
      truth: truth, output: output, force: force, writing: writing, parts: parts, team: team)
  }

  private func run(
    _ run: Run, output: String, force: Bool
  ) throws -> PurificationReport<Method> {
    let before = devices.backends.map(\.pool.statistics)
    let context: PurificationContext
    do {
      context = try self.context(run, output: output, force: force)
    } catch let error as FileError where error == .outputExists(path: output) {
      try RunFolder.finishAbandoned(output: output, keepsFiles: keepsFiles)
      throw error
    }
    if showsForecast, !RunFolder.isUnfinished(output: output) {
      try tellForecast(to: run, output: output)
    }
    let outcome = try purifier.purify(context)
    let written = try run.measure("writing") {
      let count = try run.count("writing", of: outcome.revisions.imaged.count)
      return try context.output.write(outcome, count: count) { samples in
        try run.record { try $0.record(samples) }
      }
    }
    let report = PurificationReport<Method>(
      data: PurifiedData(dataset, fingerprint: try context.fingerprint()), options: purifier,
      device: devices.label, changes: written.changes, findings: outcome.findings,
      gallery: written.gallery)
    try record(report, in: run)
    let folder = context.output.path
    try outcome.addFiles(folder)
    try JSONText.write(report, to: folder + "/report.json")
    var timings = run.timings
    let after = devices.backends.map(\.pool.statistics)
    timings.bytesUploaded = zip(after, before).reduce(0) {
      $0 + $1.0.bytesUploaded - $1.1.bytesUploaded
    }
    timings.bytesDownloaded = zip(after, before).reduce(0) {
      $0 + $1.0.bytesDownloaded - $1.1.bytesDownloaded
    }
    try JSONText.write(
      ProcessRecord(command: command, timings: timings), to: folder + "/timings.json")
    try PurificationReports.rebuildPage(of: folder)
    try context.requireUnchangedDataset()
    // Before the output appears, so that what fails here can be done again.
    try run.endRecording()
    try context.output.commit(token: context.folder?.token ?? "")
    try context.folder?.finish(keepsFiles: keepsFiles)
    return report
  }

  /// What a run will take, see `Purifier.forecast`.
  public func forecast() throws -> RunForecast? {
    var forecast = try purifier.forecast(dataset, batchSize: batchSize, on: devices.first)
    if devices.backends.count > 1 || team != nil {
      forecast?.device = devices.first.description.identifier
    }
    return forecast
  }

  private func tellForecast(to run: Run, output: String) throws {
    guard let forecast = try run.measure("forecast", forecast) else { return }
    try run.note(forecast.text)
    if let free = Directory.freeBytes(output), free < forecast.disk {
      try run.warn(
        "there are \(NumberFormat.bytes(free)) left where \(output) will be, less than expected; "
          + "a run that finds no room can go on after some was made")
    }
    // What was allocated for other networks is of no use any more.
    devices.first.pool.trim()
  }

  private func record(_ report: PurificationReport<Method>, in run: Run) throws {
    let targets = try report.findings.targetRecords()
    try run.record {
      try $0.record(targets)
      try $0.record([
        RunFact(.run, "outcome", report.outcome.rawValue),
        RunFact(.run, "conclusion", report.conclusion),
      ])
    }
  }
}

import Communication
import ComputeBackend
import Datasets
import Foundation
import Models
import Runs
import Support

/// What a purifier works with.
public final class PurificationContext {
  public let dataset: ImageDataset
  /// What purifies; the first device trains.
  public let devices: DevicePool
  public let run: Run
  /// Samples that go through networks at once; changes speed and memory only.
  public let batchSize: Int
  /// The manipulated samples, if the ground truth is known.
  public let truth: Set<Int>?
  let output: PurifiedOutput
  /// The shards that the run goes on from; nil if it does all itself.
  let parts: ShardFolder?
  /// The ranks that share the work; nil for this process alone.
  let team: RankTeam?
  private let purifier: any Purifier
  private let destination: String
  private let force: Bool
  private(set) var folder: RunFolder?
  private var datasetFingerprint: String?

  init(
    dataset: ImageDataset, purifier: any Purifier, devices: DevicePool, run: Run,
    batchSize: Int, truth: Set<Int>?, output destination: String, force: Bool,
    writing: WritingOptions = WritingOptions(), parts: ShardFolder? = nil, team: RankTeam? = nil
  ) throws {
    let inputs = [dataset.path] + purifier.files.values.sorted()
    try AtomicDirectory.check(destination, force: force, inputs: inputs)
    try dataset.requireNamesForAddedFiles()
    self.dataset = dataset
    self.devices = devices
    self.run = run
    self.batchSize = batchSize
    self.truth = truth
    self.purifier = purifier
    self.destination = destination
    self.force = force
    self.parts = parts
    self.team = team
    output = PurifiedOutput(
      dataset, to: destination, force: force, writing: writing, batchSize: batchSize)
  }

  /// The device of all that is not shared.
  public var backend: any ComputeBackend { devices.first }

  /// What the result depends on: options, files, data and device.
  func identity() throws -> [String: String] {
    var all = try RunFolder.identity(of: purifier, on: devices)
    all["method"] = type(of: purifier).id
    all["dataset"] = try fingerprint()
    if output.writing.changesAsPNG { all["changed images"] = "PNG" }
    for (name, path) in purifier.files {
      all[name + " checksum"] = try ModelFiles.checksum(path) ?? ""
    }
    return all
  }

  /// Opens the run's folder, once it is certain that the run can begin.
  ///
  /// - Parameter more: what the result depends on besides options, files, data and device.
  public func begin(_ more: [String: String] = [:]) throws -> RunFolder {
    let all = try identity().merging(more) { $1 }
    let folder = try RunFolder(output: destination, identity: all, force: force)
    self.folder = folder
    try run.startRecording(in: folder)
    try run.record { [dataset, devices] in
      try $0.record([RunFact(.run, "devices", devices.label)])
      try $0.record(classes: dataset.classNames)
    }
    if devices.kinds.count > 1 {
      try run.warn(
        "the devices (\(devices.label)) round differently, and which of them computes a sample "
          + "depends on their speed: a repeated run may differ a little")
    }
    if folder.isResumed { try run.note("Resuming the unfinished run in \(folder.url.path)") }
    return folder
  }

  /// The dataset's fingerprint, for which every image is read, once.
  func fingerprint() throws -> String {
    if let known = datasetFingerprint { return known }
    let found = try dataset.fingerprint()
    datasetFingerprint = found
    return found
  }

  /// Starts to copy all samples but those that may be revised, beside what is computed for them.
  public func startCopying(allBut revised: [Int]) throws {
    try output.startCopying(allBut: revised)
  }

  /// Throws unless the dataset is what it was when the run began, to be called before its output
  /// appears.
  func requireUnchangedDataset() throws { try dataset.requireUnchanged(since: try fingerprint()) }
}

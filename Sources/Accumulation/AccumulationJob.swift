import ComputeBackend
import Datasets
import Foundation
import Purification
import Runs
import Support

/// Purifies a dataset beside what a store holds, and adds it.
///
/// Work in progress is in `STORE.adding`: the union of both as one dataset, and the purification's
/// output and run. A run that is stopped goes on from there. Only new samples are taken from the
/// output, and those of the store are the method's reference.
public struct AccumulationJob<Method: BatchPurifier> {
  public let store: String
  public let batch: ImageDataset
  public var purifier: Method
  /// Images that go through networks at once; changes speed and memory only.
  public var batchSize = 128
  public var handler: (RunEvent) throws -> Void = { _ in }
  private let backend: any ComputeBackend

  public init(
    adding batch: ImageDataset, to store: String, purifier: Method, on backend: any ComputeBackend
  ) {
    self.batch = batch
    self.store = store
    self.purifier = purifier
    self.backend = backend
  }

  /// Adds the dataset, unless the store has it already.
  ///
  /// - Returns: the store, the batch's number, and whether it was there before.
  /// - Throws: `DatasetError`, `FileError`, `RunError`, or what the method throws.
  public func run() throws -> (store: AccumulationStore, number: Int, wasThere: Bool) {
    let work = Self.workFolder(of: store)
    let before =
      try AccumulationStore.openIfPresent(store)
      ?? AccumulationStore(
        path: store, index: StoreIndex(shape: batch.shape, classNames: batch.classNames),
        samples: [])
    try batch.requireShape(before.index.shape, of: store)
    for name in batch.classNames { try Self.requireFolderName(name, path: batch.path) }
    guard before.index.classNames == batch.classNames else {
      throw DatasetError.unknownClass(
        path: batch.path, name: batch.classNames.joined(separator: ", "),
        known: before.index.classNames.joined(separator: ", "))
    }
    let fingerprint = try batch.fingerprint()
    if let known = before.index.batches.first(where: { $0.fingerprint == fingerprint }) {
      Directory.delete(work)
      // Ends what a process left that was killed when the batch was in the store.
      try? AtomicDirectory.check(store, force: true)
      return (before, known.number, true)
    }
    let staged = try StagedUnion(
      before, batch, identity: try identity(fingerprint, before), number: before.index.nextBatch,
      in: work)
    let output = try purify(staged, before, in: work)
    var after = before
    let added = try staged.added(output)
    after.index.nextBatch += 1
    after.index.batches.append(
      StoreIndex.Batch(
        number: staged.number, source: batch.path, fingerprint: fingerprint, method: Method.id,
        samples: added.count, flagged: added.count { $0.flagged == "yes" },
        changed: added.count { !["unchanged", "left out"].contains($0.fate) },
        leftOut: added.count { $0.name.isEmpty }))
    after.samples += added
    try batch.requireUnchanged(since: fingerprint)
    let old = Set(before.kept.map(\.name))
    try after.write(networks: Self.networks(of: output, before)) { name in
      let folder =
        old.contains(name)
        ? FileName(store) / FileName(AccumulationStore.imagesName) : FileName(output)
      return folder / FileName(escaped: name)
    }
    Directory.delete(work)
    return (after, staged.number, false)
  }

  /// What the work in progress depends on.
  private func identity(
    _ fingerprint: String, _ store: AccumulationStore
  ) throws -> [String: String] {
    [
      "batch": fingerprint, "method": Method.id, "options": try JSONText.line(purifier),
      "device": backend.description.identifier,
      "store": SHA256.hexDigest(Array(try JSONText.line(store.index).utf8)),
    ]
  }

  /// Runs the method on the union; what an earlier process finished is not done again.
  private func purify(
    _ staged: StagedUnion, _ before: AccumulationStore, in work: FileName
  ) throws -> String {
    let output = (work / FileName("purified")).systemPath
    if Directory.kind(FileName(output)) != nil {
      // Its process may have ended before the run's files had their place.
      try RunFolder.finishAbandoned(output: output, keepsFiles: true)
      return output
    }
    var method = purifier
    let trusted = staged.accumulated
    if !trusted.isEmpty {
      let list = (work / FileName("accumulated.txt")).systemPath
      try SampleIndexFile.write(
        trusted, fingerprint: try staged.union.fingerprint(), remarks: ["accumulated samples"],
        to: list)
      method.reference.source = .list(path: list)
    }
    method.start(from: before.networks.filter { Method.networks.contains($0.key) })
    var job = PurificationJob(dataset: staged.union, purifier: method, on: backend)
    job.batchSize = batchSize
    job.handler = handler
    _ = try job.run(output: output)
    return output
  }

  /// The networks that the run left, or else those from before.
  private static func networks(of output: String, _ before: AccumulationStore) -> [String: String] {
    var networks = before.networks
    for name in Method.networks {
      let file = output + ".run/" + name
      if Directory.kind(FileName(file)) == .file { networks[name] = file }
    }
    return networks
  }

  /// `STORE.adding`.
  private static func workFolder(of store: String) -> FileName {
    let folder = FileName(store).canonical
    return folder.parent / FileName(bytes: folder.lastComponent.bytes + Array(".adding".utf8))
  }

  /// A class is a folder in the store.
  private static func requireFolderName(_ name: String, path: String) throws {
    guard name.isEmpty || name.hasPrefix(".") || name.contains("/") else { return }
    throw FileError.damaged(
      path: path, reason: "the class '\(name)' cannot be a folder of that name",
      advice: "rename it")
  }
}

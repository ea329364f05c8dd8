import ComputeBackend
import Datasets
import Detection
import Foundation
import Models
import Support
import Training

/// Purifies a dataset by Mendata or one of its baselines: labels stay, untrusted images change.
///
///     let job = try PerturbationJob(dataset: dataset, options: options, on: backend)
///     let report = try job.run(output: "purified")
///
/// A run that is stopped goes on where it was when repeated: see `RunFolder`. The result depends on
/// data, models, options and device, not on the batch size nor on interruptions.
public struct PerturbationJob {
  public let dataset: ImageDataset
  public let options: PerturbationOptions
  /// Numbers of the manipulated samples, if the ground truth is known.
  public var manipulated: Set<Int>?
  /// Images at once through networks.
  public var batchSize = 128
  public var events = PurificationEvents()
  let backend: any ComputeBackend
  private let extractor: FeatureExtractor?
  private let otherImages: (path: String, images: ImageDataset)?

  /// Loads the models and checks that everything fits together.
  ///
  /// - Throws: `DatasetError`, `CheckpointError` or `PurificationError`.
  public init(
    dataset: ImageDataset, options: PerturbationOptions, on backend: any ComputeBackend
  ) throws {
    self.dataset = dataset
    self.options = options
    self.backend = backend
    extractor = try options.features.map { path in
      let network = try ClassifierFile.load(URL(fileURLWithPath: path), on: backend)
      let channels = network.configuration.inputChannels
      guard channels == dataset.channels else {
        throw PurificationError.unsuitableModel(
          path: path,
          reason: "it is for images of \(channels) channels, those of \(dataset.path) have "
            + "\(dataset.channels)")
      }
      return try FeatureExtractor(network, side: options.featureSide)
    }
    if case .dataset(let path) = options.reference {
      otherImages = (path, try ImageDataset.open(path))
      _ = try ReferenceSet(dataset: dataset, samples: nil, other: otherImages)
    } else {
      otherImages = nil
    }
    switch options.method {
    case .mendata:
      guard options.reference != nil, extractor != nil else {
        throw PurificationError.reference("--method mendata needs --reference and --features")
      }
    case .referenceOnly:
      guard let reference = options.reference, otherImages == nil else {
        throw PurificationError.reference(
          "--method reference-only needs --reference, with samples of the dataset itself")
      }
      if reference.needsFeatures && extractor == nil {
        throw PurificationError.reference("--reference \(reference) needs --features MODEL")
      }
    case .friendlyNoise: try options.victim.check(dataset, on: backend)
    case .randomNoise: break
    }
  }

  /// Runs all stages and lets the output appear when it is complete.
  ///
  /// - Parameter force: replaces an output of an earlier run, and an unfinished run with other options.
  public func run(output: String, force: Bool = false) throws -> PerturbationReport {
    try AtomicDirectory.check(output, force: force, inputs: inputs)
    var timings = PhaseTimings()
    let fingerprint = try dataset.fingerprint()
    // Before the run's folder, so that a reference that cannot serve leaves nothing behind.
    let reference = try timings.measure("reference data") { try referenceSet() }
    let folder = try RunFolder(output: output, identity: try identity(fingerprint), force: force)
    if folder.isResumed { events.note("Going on with the unfinished run in \(folder.url.path)") }
    var report = PerturbationReport(
      method: options.method.name,
      data: PurificationReport.Data(dataset, fingerprint: fingerprint), options: options,
      device: backend.description.label, reference: reference.map(referenceReport))
    let untrusted = reference?.untrusted ?? Array(0..<dataset.count)
    let selection = ImageSelection(dataset, indices: untrusted)
    let changed: (any ChangedImages)?
    switch options.method {
    case .mendata(let mendata):
      guard let reference, let extractor else {
        preconditionFailure("PerturbationJob: no reference, or no features")
      }
      changed = try runMendata(
        mendata, selection, reference: reference.images, extractor: extractor, folder: folder,
        report: &report, timings: &timings)
    case .randomNoise(let noise):
      changed = NoisyImages(
        images: selection, samples: untrusted, noise: noise, backend: backend)
    case .friendlyNoise(let noise):
      changed = try runFriendlyNoise(
        noise, selection, samples: untrusted, folder: folder, timings: &timings)
    case .referenceOnly: changed = nil
    }
    let writer = PerturbedOutput(
      dataset: dataset, untrusted: untrusted, changed: changed, reference: reference,
      extractor: extractor, batchSize: batchSize)
    try writer.write(to: output, force: force, report: &report, timings: &timings)
    folder.delete()
    return report
  }

  private var inputs: [String] {
    [dataset.path] + [options.features, otherImages?.path].compactMap { $0 }
  }

  private func referenceSet() throws -> ReferenceSet? {
    guard let source = options.reference else { return nil }
    let meter = ThroughputMeter(total: dataset.count)
    let samples = try source.samples(
      of: dataset, manipulated: manipulated, extractor: extractor, seed: options.seed
    ) { try events.progress("reference data", meter.line($0), $0 == $1) }
    let reference = try ReferenceSet(dataset: dataset, samples: samples, other: otherImages)
    if case .mendata(let options) = options.method,
      Mendata.movedCount(options, of: reference.untrusted.count) == 0
    {
      throw PurificationError.nothingSelected(
        share: options.share, samples: reference.untrusted.count)
    }
    return reference
  }

  private func referenceReport(_ reference: ReferenceSet) -> PerturbationReport.Reference {
    var perClass = [Int](repeating: 0, count: dataset.classCount)
    for sample in reference.samples { perClass[dataset.label(sample)] += 1 }
    var report = PerturbationReport.Reference(
      source: options.reference?.description ?? "", images: reference.images.count,
      perClass: perClass)
    if let manipulated, !reference.samples.isEmpty {
      let quality = ReferenceQuality(
        reference: reference.samples, manipulated: manipulated, count: dataset.count)
      (report.precision, report.recall) = (quality.precision, quality.recall)
    }
    events.note(
      "Reference: \(reference.images.count) images (\(report.source)), "
        + "\(reference.untrusted.count) images are untrusted")
    return report
  }

  /// What an unfinished run must share with this one.
  private func identity(_ fingerprint: String) throws -> [String: String] {
    var identity = try RunFolder.identity(of: options, backend: backend)
    identity["dataset"] = fingerprint
    if let otherImages { identity["reference images"] = try otherImages.images.fingerprint() }
    if case .list(let path) = options.reference {
      identity["reference list"] = try SHA256.hexDigest(ofFile: path)
    }
    if let manipulated {
      identity["ground truth"] = SHA256.hexDigest(
        Array(manipulated.sorted().description.utf8))
    }
    for (name, path) in [
      ("features", options.features), ("victim", options.victim.model),
      ("initial", options.victim.initial),
    ] {
      guard let path else { continue }
      identity["\(name) weights"] = try SHA256.hexDigest(ofFile: path)
    }
    return identity
  }
}

/// Changed versions of some images, read in parts.
protocol ChangedImages: Sendable {
  /// Bytes `[N, H, W, C]` of some samples of what was changed.
  func images(_ samples: [Int]) throws -> [UInt8]
}

extension PerturbedSource: ChangedImages {}

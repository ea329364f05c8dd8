import Autograd
import ComputeBackend
import Datasets
import Foundation
import Models
import Runs
import Training

/// What detectors share: one victim, trained on the dataset as it is, and what it makes of the
/// images; each part is made once, when it is first asked for.
///
/// In a folder, victim and losses outlast the process: `victim.safetensors` and
/// `victim-losses.safetensors`, and `victim-state.safetensors` of a victim in training.
public final class VictimEvidence {
  private let images: any LabelledImages
  private let options: VictimOptions
  private let folder: () throws -> RunFolder?
  private let batchSize: Int
  private let backend: any ComputeBackend
  private var openFolder: RunFolder?
  private var network: (any Classifier)?
  private var trace: LossTrace?
  private var pass: (features: EvidenceRows, logits: EvidenceRows)?
  private var likelihoods: EvidenceRows?

  /// - Parameters:
  ///   - images: on which the victim is trained.
  ///   - folder: opens the run's folder, when a model is to be trained; nil for none.
  ///   - batchSize: images at once; changes speed and memory only.
  public init(
    of images: any LabelledImages, _ options: VictimOptions, batchSize: Int = 256,
    backend: any ComputeBackend, folder: @escaping () throws -> RunFolder? = { nil }
  ) {
    self.images = images
    self.options = options
    self.batchSize = batchSize
    self.backend = backend
    self.folder = folder
  }

  /// The victim, set to evaluation.
  ///
  /// - Throws: `DetectionError.unsuitableModel` for a given one that does not fit the images,
  ///   `CheckpointError` or `TrainingError`.
  public func victim(_ run: Run) throws -> any Classifier {
    if let network { return network }
    let found = try options.model.map(load) ?? train(run)
    network = found
    return found
  }

  /// The losses of each epoch of the victim's training.
  ///
  /// - Throws: `DetectionError.missing` for a victim that was given, and as `victim` does.
  public func lossTrace(_ run: Run) throws -> LossTrace {
    guard options.model == nil else {
      throw DetectionError.missing(
        "the losses of each epoch of the victim's training, which a given victim lacks")
    }
    _ = try victim(run)
    guard let trace else { preconditionFailure("VictimEvidence: a training without losses") }
    return trace
  }

  /// What the last layer takes, `[N, d]`.
  public func features(_ run: Run) throws -> EvidenceRows { try passed(run).features }

  /// Scores before the softmax, `[N, K]`.
  public func logits(_ run: Run) throws -> EvidenceRows { try passed(run).logits }

  /// How likely the inputs of each batch normalization are, `[N, L]`; see
  /// `Classifier.normalizationLogLikelihoods`.
  public func normalizationLikelihoods(_ run: Run) throws -> EvidenceRows {
    if let likelihoods { return likelihoods }
    let victim = try victim(run)
    let columns = victim.parameters.normalizations.count
    var values: [Float] = []
    let count = try run.count("likelihoods", of: images.count)
    try victim.forEachBatch(of: images, batchSize: batchSize) { batch, pixels in
      let layers = try victim.normalizationLogLikelihoods(pixels).map { try $0.values() }
      for sample in 0..<batch.count { values += layers.map { $0[sample] } }
      try count(values.count / columns)
    }
    let rows = EvidenceRows(values, columns: columns)
    likelihoods = rows
    return rows
  }

  private func passed(_ run: Run) throws -> (features: EvidenceRows, logits: EvidenceRows) {
    if let pass { return pass }
    let victim = try victim(run)
    var (features, logits): ([Float], [Float]) = ([], [])
    let (d, k) = (victim.configuration.featureCount, victim.configuration.classes)
    let count = try run.count("features", of: images.count)
    try victim.forEachBatch(of: images, batchSize: batchSize) { _, pixels in
      let found = victim.featuresAndLogits(pixels)
      features += try found.features.values()
      logits += try found.logits.values()
      try count(features.count / d)
    }
    if let wrong = features.firstIndex(where: { !$0.isFinite }) {
      throw DetectionError.notANumber(sample: wrong / d)
    }
    let rows = (EvidenceRows(features, columns: d), EvidenceRows(logits, columns: k))
    pass = rows
    return rows
  }

  private func load(_ path: String) throws -> any Classifier {
    let network = try ClassifierFile.load(URL(fileURLWithPath: path), on: backend)
    if let reason = network.configuration.mismatch(with: images) {
      throw DetectionError.unsuitableModel(path: path, reason: reason)
    }
    return network
  }

  /// A victim trained with its losses, or what the folder has of it.
  private func train(_ run: Run) throws -> any Classifier {
    let openFolder = try openedFolder()
    let file = openFolder?.file("victim-losses.safetensors")
    var trace = LossTrace(sampleCount: images.count)
    if let file, FileManager.default.fileExists(atPath: file.path) {
      guard let kept = try LossTrace(file, sampleCount: images.count) else {
        throw RunError.damaged(path: file.path, reason: "it has the losses of other samples")
      }
      trace = kept
    }
    func record(_ epoch: Int, _ network: any Classifier) throws {
      // Whose normalizations are folded into the convolutions.
      let losses = try network.inferenceCopy().losses(on: images, batchSize: batchSize)
      trace.record(losses, epoch: epoch)
      if let file { try trace.save(file) }
    }
    func show(_ progress: TrainingProgress) throws {
      try run.status("victim model", progress.line, isLast: progress.isLast)
    }
    let network = try run.measure("victim model") {
      guard let openFolder else {
        return try options.plan.train(
          on: images, backend: backend, progress: show, afterEpoch: record)
      }
      return try options.plan.train(
        on: images, backend: backend, keptAt: openFolder.file("victim.safetensors"),
        progress: show, afterEpoch: record)
    }
    guard trace.epochCount > 0 else {
      throw RunError.damaged(
        path: openFolder?.url.path ?? "", reason: "a victim without its losses")
    }
    self.trace = trace
    return try network.inferenceCopy()
  }

  /// A classifier trained by the victim's recipe on part of the images, set to evaluation; the
  /// folder keeps it by its name.
  ///
  /// - Throws: `TrainingError` or `CheckpointError`.
  func classifier(
    _ name: String, on part: any LabelledImages, seed: UInt64, _ run: Run
  ) throws -> any Classifier {
    var plan = options.plan
    plan.recipe.seed = seed
    func show(_ progress: TrainingProgress) throws {
      try run.status(name, progress.line, isLast: progress.isLast)
    }
    let network = try run.measure(name) {
      guard let folder = try openedFolder() else {
        return try plan.train(on: part, backend: backend, progress: show)
      }
      return try plan.train(
        on: part, backend: backend, keptAt: folder.file("\(name).safetensors"), progress: show)
    }
    return try network.inferenceCopy()
  }

  private func openedFolder() throws -> RunFolder? {
    if openFolder == nil { openFolder = try folder() }
    return openFolder
  }
}

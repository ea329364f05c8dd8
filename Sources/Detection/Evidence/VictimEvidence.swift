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
  private var pass: (features: StoredRows, logits: StoredRows)?
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
  /// A victim that was given has them in a file beside it, or not: see `LossTrace.file`.
  ///
  /// - Throws: `DetectionError.missing` if it has not, and as `victim` does.
  public func lossTrace(_ run: Run) throws -> LossTrace {
    _ = try victim(run)
    if let trace { return trace }
    if let model = options.model {
      trace = try LossTrace.kept(beside: URL(fileURLWithPath: model), sampleCount: images.count)
    }
    guard let trace else {
      throw DetectionError.missing(
        "the losses of each epoch of the victim's training, which lie beside a victim that a "
          + "detector trained")
    }
    return trace
  }

  /// What the last layer takes, `[N, d]`.
  public func features(_ run: Run) throws -> StoredRows { try passed(run).features }

  /// Scores before the softmax, `[N, K]`.
  public func logits(_ run: Run) throws -> StoredRows { try passed(run).logits }

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

  /// Activations of a hidden layer of the victim, flattened, `[N, d]`; they are not kept.
  ///
  /// - Parameter layer: see `LayerVisitor`, or `features`; nil for the last one before these.
  /// - Throws: `DetectionError.missing` if the victim has no such layer, and as `victim` does.
  public func activations(of layer: String?, _ run: Run) throws -> EvidenceRows {
    if layer == Self.featureLayer { return try features(run).loaded() }
    let victim = try victim(run)
    let names = try victim.layers(for: images)
    guard let name = layer ?? names.last, names.contains(name) else {
      let known = (names + [Self.featureLayer]).joined(separator: ", ")
      throw DetectionError.missing(
        "a hidden layer of the victim, one of \(known); '\(layer ?? "")' is none")
    }
    var values: [Float] = []
    var columns = 1
    let count = try run.count("activations of \(name)", of: images.count)
    try victim.forEachBatch(of: images, batchSize: batchSize) { batch, pixels in
      var found: Tensor?
      _ = victim.features(pixels) { if $0 == name { found = $1 } }
      guard let found else { preconditionFailure("activations: \(name) of some images only") }
      columns = found.count / batch.count
      values += try found.values()
      try count(values.count / columns)
    }
    if let wrong = values.firstIndex(where: { !$0.isFinite }) {
      throw DetectionError.notANumber(sample: wrong / columns)
    }
    return EvidenceRows(values, columns: columns)
  }

  private static let featureLayer = "features"

  private func passed(_ run: Run) throws -> (features: StoredRows, logits: StoredRows) {
    if let pass { return pass }
    let victim = try victim(run)
    let (d, k) = (victim.configuration.featureCount, victim.configuration.classes)
    let count = try run.count("features", of: images.count)
    var done = 0
    var logits: StoredRows?
    let features = try StoredRows(columns: d) { appendFeatures in
      logits = try StoredRows(columns: k) { appendLogits in
        try victim.forEachBatch(of: images, batchSize: batchSize) { batch, pixels in
          let found = victim.featuresAndLogits(pixels)
          let values = try found.features.values()
          if let wrong = values.firstIndex(where: { !$0.isFinite }) {
            throw DetectionError.notANumber(sample: done + wrong / d)
          }
          try appendFeatures(values)
          try appendLogits(try found.logits.values())
          done += batch.count
          try count(done)
        }
      }
    }
    guard let logits else { preconditionFailure("VictimEvidence: features without scores") }
    pass = (features, logits)
    return (features, logits)
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
    let phase = "victim model"
    let (network, trace) = try run.measure(phase) {
      try options.plan.trainRecordingLosses(
        on: images, backend: backend, keptAt: openFolder?.file("victim.safetensors"),
        batchSize: batchSize, phase: phase, in: run)
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
    let network = try run.measure(name) {
      guard let folder = try openedFolder() else {
        return try plan.train(on: part, backend: backend, phase: name, in: run)
      }
      return try plan.train(
        on: part, backend: backend, keptAt: folder.file("\(name).safetensors"), phase: name,
        in: run)
    }
    return try network.inferenceCopy()
  }

  private func openedFolder() throws -> RunFolder? {
    if openFolder == nil { openFolder = try folder() }
    return openFolder
  }
}

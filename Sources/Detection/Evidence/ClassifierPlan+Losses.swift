import ComputeBackend
import Datasets
import Foundation
import Models
import Runs
import Training

extension ClassifierPlan {
  /// A classifier trained as `train` does, and the losses of all samples after each epoch.
  ///
  /// - Parameters:
  ///   - file: where both are kept, see `LossTrace.file`; what is there is not made again.
  ///   - batchSize: images at once; changes speed and memory only.
  ///   - phase: what the run calls this training.
  /// - Throws: `RunError.damaged` if there is a classifier without its losses, `TrainingError` or
  ///   `CheckpointError`.
  public func trainRecordingLosses(
    on images: any LabelledImages, backend: any ComputeBackend, keptAt file: URL?, batchSize: Int,
    phase: String, in run: Run
  ) throws -> (any Classifier, LossTrace) {
    var trace = LossTrace(sampleCount: images.count)
    if let file, let kept = try LossTrace.kept(beside: file, sampleCount: images.count) {
      trace = kept
    }
    func record(_ epoch: Int, _ network: any Classifier) throws {
      // Whose normalizations are folded into the convolutions.
      let losses = try network.inferenceCopy().losses(on: images, batchSize: batchSize)
      trace.record(losses, epoch: epoch)
      if let file { try trace.save(LossTrace.file(beside: file)) }
    }
    let network =
      if let file {
        try train(
          on: images, backend: backend, keptAt: file, phase: phase, in: run, afterEpoch: record)
      } else {
        try train(on: images, backend: backend, phase: phase, in: run, afterEpoch: record)
      }
    guard trace.epochCount > 0 else {
      throw RunError.damaged(path: file?.path ?? "", reason: "a victim without its losses")
    }
    return (network, trace)
  }
}

extension LossTrace {
  /// `victim-losses.safetensors` of `victim.safetensors`.
  static func file(beside classifier: URL) -> URL {
    let name = classifier.deletingPathExtension().lastPathComponent
    return classifier.deletingLastPathComponent()
      .appendingPathComponent(name + "-losses.safetensors")
  }

  /// What lies beside a classifier, if anything.
  ///
  /// - Throws: `RunError.damaged` if it is of other samples.
  static func kept(beside classifier: URL, sampleCount: Int) throws -> LossTrace? {
    let file = file(beside: classifier)
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    guard let kept = try LossTrace(file, sampleCount: sampleCount) else {
      throw RunError.damaged(path: file.path, reason: "it has the losses of other samples")
    }
    return kept
  }
}

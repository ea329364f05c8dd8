import ComputeBackend
import Datasets
import Foundation
import Models
import Runs

extension ClassifierPlan {
  /// The finished classifier of a file if there is one, else a newly trained one, which is kept
  /// there; set to evaluation.
  ///
  /// A training that was stopped goes on from the state beside the file: `victim-state.safetensors`
  /// beside `victim.safetensors`.
  ///
  /// - Throws: `TrainingError` or `CheckpointError`.
  public func train(
    on images: any LabelledImages, backend: any ComputeBackend, keptAt file: URL,
    phase: String = "training", in run: Run = Run(),
    network: (() throws -> any Classifier)? = nil,
    afterEpoch: ((_ epoch: Int, _ network: any Classifier) throws -> Void)? = nil
  ) throws -> any Classifier {
    let manager = FileManager.default
    if manager.fileExists(atPath: file.path) { return try ClassifierFile.load(file, on: backend) }
    let name = file.deletingPathExtension().lastPathComponent
    let state = file.deletingLastPathComponent()
      .appendingPathComponent(name + "-state.safetensors")
    let network = try train(
      on: images, backend: backend, stateFile: state, phase: phase, in: run,
      network: network, afterEpoch: afterEpoch)
    try ClassifierFile.save(network, to: file)
    try? manager.removeItem(at: state)
    return network
  }
}

import ComputeBackend
import Datasets
import Foundation
import Models
import Runs
import Support
import Training

/// Classifiers in a folder, each trained once per dataset, plan and device.
///
/// A training that was stopped goes on when its classifier is asked for again.
public struct ModelStore {
  private let folder: URL
  private let backend: any ComputeBackend

  /// - Parameter folder: exists already.
  public init(_ folder: String, on backend: any ComputeBackend) {
    self.folder = URL(fileURLWithPath: folder)
    self.backend = backend
  }

  private struct Identity: Encodable {
    var dataset: String
    var plan: ClassifierPlan
    var device: String
    var precision: String
  }

  /// The file of the classifier that `plan` makes of `images`; trained if it is not there.
  ///
  /// - Parameter phase: what the run calls the training.
  public func file(
    by plan: ClassifierPlan, of images: ImageDataset, phase: String, in run: Run
  ) throws -> URL {
    let identity = Identity(
      dataset: try images.fingerprint(), plan: plan, device: backend.description.identifier,
      precision: backend.description.precision.rawValue)
    let key = SHA256.hexDigest(Array(try JSONText.line(identity).utf8)).prefix(16)
    let file = folder.appendingPathComponent("\(key).safetensors")
    if FileManager.default.fileExists(atPath: file.path) { return file }
    let state = folder.appendingPathComponent("\(key)-state.safetensors")
    let network = try plan.train(
      on: images, backend: backend, stateFile: state, phase: phase, in: run)
    try ClassifierFile.save(network, to: file)
    try? FileManager.default.removeItem(at: state)
    return file
  }

  /// The classifier, ready to judge.
  public func classifier(
    by plan: ClassifierPlan, of images: ImageDataset, phase: String, in run: Run
  ) throws -> any Classifier {
    let file = try file(by: plan, of: images, phase: phase, in: run)
    return try ClassifierFile.load(file, on: backend).inferenceCopy()
  }
}

import ComputeBackend
import Datasets
import Detection
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

  /// Images at once where losses are recorded.
  private static let batchSize = 256

  private struct Identity: Encodable {
    var dataset: String
    var plan: ClassifierPlan
    var device: String
    var precision: String
  }

  /// The classifier that `plan` makes of `images`, ready to judge, and its file.
  ///
  /// - Parameters:
  ///   - recordsLosses: keeps those of all samples after each epoch beside it, which detectors
  ///     look at.
  ///   - phase: what the run calls the training, if there is one.
  public func classifier(
    by plan: ClassifierPlan, of images: ImageDataset, recordsLosses: Bool = false, phase: String,
    in run: Run
  ) throws -> (network: any Classifier, file: URL) {
    let identity = Identity(
      dataset: try images.fingerprint(), plan: plan, device: backend.description.identifier,
      precision: backend.description.precision.rawValue)
    let key = SHA256.hexDigest(Array(try JSONText.line(identity).utf8)).prefix(16)
    // The same classifier, but for what lies beside it.
    let victim = folder.appendingPathComponent("\(key)-victim.safetensors")
    let file =
      recordsLosses || FileManager.default.fileExists(atPath: victim.path)
      ? victim : folder.appendingPathComponent("\(key).safetensors")
    let network = try run.measure(phase) {
      guard recordsLosses else {
        return try plan.train(
          on: images, backend: backend, keptAt: file, phase: phase, in: run)
      }
      return try plan.trainRecordingLosses(
        on: images, backend: backend, keptAt: file, batchSize: Self.batchSize, phase: phase, in: run
      ).0
    }
    return (try network.inferenceCopy(), file)
  }
}

import ComputeBackend
import Datasets
import Foundation
import Models
import Training

/// Which classifier is the victim, and how it and the benign model are trained.
public struct VictimOptions: Hashable, Codable, Sendable {
  /// A model trained on the dataset already; nil to train one.
  public var model: String?
  /// Its `initial` is a trusted model from which victim and benign model start.
  public var plan = ClassifierPlan()

  public init() {}

  /// Models that are read, by what they are.
  var files: [String: String] {
    var files: [String: String] = [:]
    files["victim weights"] = model
    files["initial weights"] = plan.initial
    return files
  }

  /// Throws unless the given models can be loaded and fit the dataset.
  func check(_ dataset: ImageDataset, on backend: any ComputeBackend) throws {
    for path in files.values {
      let found = try ClassifierFile.load(URL(fileURLWithPath: path), on: backend)
      if let reason = found.configuration.mismatch(with: dataset) {
        throw PurificationError.unsuitableModel(path: path, reason: reason)
      }
      guard try found.hasFiniteOutputs(for: dataset) else {
        throw PurificationError.unsuitableModel(
          path: path, reason: "its outputs are NaN or infinite")
      }
    }
  }
}

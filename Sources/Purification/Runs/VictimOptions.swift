import ComputeBackend
import Datasets
import Foundation
import Models
import Training

/// Which classifier is the victim, and how it and the benign model are trained.
public struct VictimOptions: Hashable, Codable, Sendable {
  /// A model trained on the dataset already; nil to train one.
  public var model: String?
  /// A trusted model from which victim and benign model start; nil for random weights.
  public var initial: String?
  public var architecture = ClassifierConfiguration.Architecture.resNet20.rawValue
  /// Channels after the first convolution; nil for the architecture's own.
  public var width: Int?
  public var recipe = ClassifierRecipe()

  public init() {}

  /// Throws unless the given models can be loaded and fit the dataset.
  func check(_ dataset: ImageDataset, on backend: any ComputeBackend) throws {
    for path in [model, initial].compactMap({ $0 }) {
      let found = try ClassifierFile.load(URL(fileURLWithPath: path), on: backend).configuration
      if let reason = found.mismatch(with: dataset) {
        throw PurificationError.unsuitableModel(path: path, reason: reason)
      }
    }
  }
}

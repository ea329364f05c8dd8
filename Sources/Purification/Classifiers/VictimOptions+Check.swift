import ComputeBackend
import Datasets
import Foundation
import Models
import Training

extension VictimOptions {
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

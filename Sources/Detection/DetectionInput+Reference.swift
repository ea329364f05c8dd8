import Datasets
import Runs

extension DetectionInput {
  /// The samples that are taken for clean, ascending.
  ///
  /// - Parameter reference: the path of a list, or a detector and its arguments such as `knn:10`.
  /// - Throws: `DetectionError`, `DatasetError`, or what the detector throws.
  func trusted(by reference: String, _ run: Run) throws -> [Int] {
    guard let named = Detectors.named(reference) else {
      return try SampleIndexFile.read(reference, for: dataset)
    }
    guard let detector = named else {
      throw DetectionError.missing("a reference; '\(reference)' names no detector")
    }
    return try detector.scores(self, run).trusted
  }
}

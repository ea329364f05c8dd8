import ComputeBackend
import Datasets
import Detection
import Foundation
import Models
import Training

/// Where reference data come from: a list of samples, another dataset, or a detector.
public enum ReferenceSource: Hashable, Codable, Sendable, CustomStringConvertible {
  /// A list of the dataset's samples (`SampleIndexFile`).
  case list(path: String)
  /// Trusted images from elsewhere.
  case dataset(path: String)
  /// k-NN(κ): the κ most confident samples of each class.
  case nearestNeighbors(perClass: Int)
  /// A detector of precision q and recall r, by the ground truth.
  case simulated(precision: Double, recall: Double)

  /// From `knn:κ`, `simulated:q,r`, a path that ends in `.txt` (a list), or another path (a dataset);
  /// `nil` if the numbers are none.
  public init?(_ text: String) {
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    switch (parts.count, parts.first) {
    case (2, "knn"):
      guard let perClass = Int(parts[1]), perClass > 0 else { return nil }
      self = .nearestNeighbors(perClass: perClass)
    case (2, "simulated"):
      let numbers = parts[1].split(separator: ",").map { Double($0) }
      guard numbers.count == 2, let precision = numbers[0], let recall = numbers[1] else {
        return nil
      }
      self = .simulated(precision: precision, recall: recall)
    default:
      self = text.hasSuffix(".txt") ? .list(path: text) : .dataset(path: text)
    }
  }

  public var description: String {
    switch self {
    case .list(let path), .dataset(let path): path
    case .nearestNeighbors(let perClass): "knn:\(perClass)"
    case .simulated(let precision, let recall): "simulated:\(precision),\(recall)"
    }
  }

  /// Whether features are needed to find the samples.
  var needsFeatures: Bool {
    if case .nearestNeighbors = self { true } else { false }
  }

  /// The dataset's own samples that serve as reference; `nil` if the images come from elsewhere.
  ///
  /// - Parameters:
  ///   - manipulated: the ground truth, for a simulated detector.
  ///   - extractor: for nearest neighbours.
  /// - Throws: `DatasetError`, `DetectionError` or `PurificationError`.
  func samples(
    of dataset: ImageDataset, manipulated: Set<Int>?, extractor: FeatureExtractor?, seed: UInt64,
    progress: (_ done: Int, _ total: Int) throws -> Void
  ) throws -> [Int]? {
    switch self {
    case .dataset: return nil
    case .list(let path): return try SampleIndexFile.read(path, for: dataset)
    case .simulated(let precision, let recall):
      guard let manipulated else {
        throw PurificationError.reference(
          "--reference \(self) needs the ground truth: give --truth MANIFEST")
      }
      return try SimulatedDetector(precision: precision, recall: recall, seed: seed)
        .reference(manipulated: manipulated, count: dataset.count)
    case .nearestNeighbors(let perClass):
      guard let extractor else {
        throw PurificationError.reference("--reference \(self) needs --features MODEL")
      }
      let detector = NearestNeighborDetector(
        k: NearestNeighborDetector.samplesPerClass(dataset.labels),
        selection: .mostConfident(perClass: perClass))
      try detector.check(labels: dataset.labels, classNames: dataset.classNames)
      let features = try extractor.features(of: dataset) { try progress($0, dataset.count) }
      let votes = try NearestNeighbors(features).votes(
        k: detector.k, labels: dataset.labels, classCount: dataset.classCount)
      return try detector.reference(votes: votes, labels: dataset.labels)
    }
  }
}

/// The reference images, and which samples of the dataset are not among them.
struct ReferenceSet {
  let images: any LabelledImages
  /// Samples of the dataset that serve as reference, ascending; none if the images are another's.
  let samples: [Int]
  /// The others, ascending.
  let untrusted: [Int]

  /// - Parameter samples: `nil` for all of `other`.
  /// - Throws: `PurificationError.reference` unless there are images on both sides, of one shape, and
  ///   no more reference images than untrusted ones from elsewhere.
  init(
    dataset: ImageDataset, samples: [Int]?, other: (path: String, images: ImageDataset)?
  ) throws {
    self.samples = samples ?? []
    let chosen = Set(self.samples)
    untrusted = (0..<dataset.count).filter { !chosen.contains($0) }
    if let other {
      try other.images.requireShape(dataset.shape, of: dataset.path)
      guard other.images.count <= dataset.count else {
        throw PurificationError.reference(
          "\(other.path): \(other.images.count) reference images are more than the "
            + "\(dataset.count) of \(dataset.path); give a part of them")
      }
      images = other.images
    } else {
      images = ImageSelection(dataset, indices: self.samples)
    }
    guard images.count > 0 else {
      throw PurificationError.reference(
        "the reference set is empty; give images, or a detector that finds some")
    }
    guard !untrusted.isEmpty else {
      throw PurificationError.reference(
        "the reference set is the whole of \(dataset.path); there is nothing to purify")
    }
  }
}

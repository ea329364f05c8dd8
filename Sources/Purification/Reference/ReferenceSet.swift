import Datasets
import Detection
import Training

/// The reference images, and which samples of the dataset are not among them.
struct ReferenceSet {
  let images: any LabelledImages
  /// Samples of the dataset that serve as reference, ascending; none if the images are another's.
  let samples: [Int]
  /// The others, ascending.
  let untrusted: [Int]

  /// - Parameter samples: `nil` for all of `other`.
  /// - Throws: `PurificationError.reference` unless there are images on both sides, of one shape,
  ///   and no more reference images than untrusted ones from elsewhere.
  init(
    dataset: ImageDataset, samples: [Int]?, other: ImageDataset? = nil
  ) throws {
    self.samples = samples ?? []
    let chosen = Set(self.samples)
    untrusted = (0..<dataset.count).filter { !chosen.contains($0) }
    if let other {
      try other.requireShape(dataset.shape, of: dataset.path)
      guard other.count <= dataset.count else {
        throw PurificationError.reference(
          "\(other.path): \(other.count) reference images are more than the "
            + "\(dataset.count) of \(dataset.path); give a part of them")
      }
      images = other
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

/// Reference data in a report.
public struct ReferenceReport: Codable, Sendable {
  public var source: String
  public var images: Int
  /// Of the dataset's own samples, by class; zeros if the images are another's.
  public var perClass: [Int]
  /// By the ground truth, if that was given and the samples are the dataset's.
  public var precision: Double?
  public var recall: Double?

  init(_ set: ReferenceSet, source: ReferenceSource, dataset: ImageDataset, truth: Set<Int>?) {
    self.source = source.description
    images = set.images.count
    perClass = [Int](repeating: 0, count: dataset.classCount)
    for sample in set.samples { perClass[dataset.label(sample)] += 1 }
    guard let truth, !set.samples.isEmpty else { return }
    let quality = ReferenceQuality(
      reference: set.samples, manipulated: truth, count: dataset.count)
    (precision, recall) = (quality.precision, quality.recall)
  }
}

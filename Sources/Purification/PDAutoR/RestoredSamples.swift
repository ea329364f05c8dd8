import Datasets
import Restoration

/// Flagged samples as R makes them, when they are read.
struct RestoredSamples: ChangedImages {
  let images: any LabelledImages
  let samples: [Int]
  let restorer: ImageRestorer

  func images(_ places: [Int]) throws -> [UInt8] {
    try restorer.restore(try images.images(places.map { samples[$0] }))
  }
}

/// Some of many changed images.
struct KeptImages: ChangedImages {
  private let images: any ChangedImages
  /// Where those are that are kept.
  private let places: [Int]

  /// - Parameters:
  ///   - samples: whose images these are.
  ///   - kept: some of them.
  init(_ images: any ChangedImages, of samples: [Int], kept: some Sequence<Int>) {
    let kept = Set(kept)
    self.images = images
    places = samples.indices.filter { kept.contains(samples[$0]) }
  }

  func images(_ places: [Int]) throws -> [UInt8] {
    try images.images(places.map { self.places[$0] })
  }
}

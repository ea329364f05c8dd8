import Datasets

/// A dataset of which some images have become poisons; labels are as they were.
struct PoisonedImages: LabelledImages {
  private let base: any LabelledImages
  /// Pixels of a poison by its number in the dataset.
  private let poisons: [Int: ArraySlice<UInt8>]

  /// - Parameter pixels: of the poisons, one after another.
  init(_ base: any LabelledImages, poisons: [Int], pixels: [UInt8]) {
    let size = base.shape.byteCount
    self.base = base
    self.poisons = Dictionary(
      uniqueKeysWithValues: poisons.enumerated().map { position, sample in
        (sample, pixels[position * size..<(position + 1) * size])
      })
  }

  var shape: ImageShape { base.shape }
  var classCount: Int { base.classCount }
  var labels: [Int32] { base.labels }

  func images(_ samples: [Int]) throws -> [UInt8] {
    var bytes = try base.images(samples)
    let size = shape.byteCount
    for (position, sample) in samples.enumerated() {
      guard let poison = poisons[sample] else { continue }
      bytes.replaceSubrange(position * size..<(position + 1) * size, with: poison)
    }
    return bytes
  }
}

import Attacks
import ComputeBackend
import Datasets

/// Test images with an attacker's trigger on them; the labels stay the true ones.
struct TriggeredImages: LabelledImages {
  let base: any LabelledImages
  let trigger: Trigger
  /// The device of triggers that a network makes.
  let backend: any ComputeBackend

  var shape: ImageShape { base.shape }
  var classCount: Int { base.classCount }
  var labels: [Int32] { base.labels }

  func images(_ samples: [Int]) throws -> [UInt8] {
    try trigger.applied(to: base.images(samples), samples: samples, on: backend)
  }
}

/// One image, with the classes of others.
struct SingleImage: LabelledImages {
  let shape: ImageShape
  let classCount: Int
  let labels: [Int32]
  private let pixels: [UInt8]

  init(picture: RasterImage, label: Int32, like others: any LabelledImages) {
    shape = picture.shape
    classCount = others.classCount
    labels = [label]
    pixels = picture.pixels
  }

  func images(_ samples: [Int]) -> [UInt8] { samples.flatMap { _ in pixels } }
}

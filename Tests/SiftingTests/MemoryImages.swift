import ComputeBackend
import Datasets

/// Images held in memory.
struct MemoryImages: LabelledImages {
  var shape: ImageShape
  var classCount: Int
  var labels: [Int32]
  var pixels: [UInt8]

  func images(_ indices: [Int]) throws -> [UInt8] {
    indices.flatMap { pixels[$0 * shape.byteCount..<($0 + 1) * shape.byteCount] }
  }

  /// Noise of 8×8 pixels, reddish for class 0, bluish for class 1, which no dilution hides; each
  /// fifth has the other label.
  static func colors(count: Int) -> MemoryImages {
    var random = PhiloxGenerator(seed: 17)
    var images = MemoryImages(
      shape: ImageShape(height: 8, width: 8, channels: 3), classCount: 2, labels: [], pixels: [])
    for sample in 0..<count {
      let kind = sample / 5 % 2
      images.labels.append(Int32(isMislabeled(sample) ? 1 - kind : kind))
      for _ in 0..<64 {
        let (red, blue) = kind == 0 ? (120, 80) : (80, 120)
        for base in [red, 100, blue] {
          images.pixels.append(UInt8(base + Int.random(in: -60...60, using: &random)))
        }
      }
    }
    return images
  }

  static func isMislabeled(_ sample: Int) -> Bool { sample % 5 == 0 }
}

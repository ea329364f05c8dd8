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

  /// Noisy bars of 8×8 pixels, upright for class 0, lying for class 1, at random places; each fifth
  /// has the other label.
  static func bars(count: Int) -> MemoryImages {
    let side = 8
    var random = PhiloxGenerator(seed: 17)
    var images = MemoryImages(
      shape: ImageShape(height: side, width: side, channels: 1), classCount: 2, labels: [],
      pixels: [])
    for sample in 0..<count {
      let place = Int.random(in: 2..<side - 2, using: &random)
      let kind = sample / 5 % 2
      images.labels.append(Int32(isMislabeled(sample) ? 1 - kind : kind))
      for row in 0..<side {
        for column in 0..<side {
          let isBar = (kind == 0 ? column : row) == place
          images.pixels.append(UInt8((isBar ? 200 : 20) + Int.random(in: 0..<40, using: &random)))
        }
      }
    }
    return images
  }

  static func isMislabeled(_ sample: Int) -> Bool { sample % 5 == 0 }
}

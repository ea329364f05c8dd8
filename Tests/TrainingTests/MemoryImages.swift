import ComputeBackend
import Datasets
import Training

/// Images held in memory.
struct MemoryImages: LabelledImages {
  var shape: ImageShape
  var classCount: Int
  var labels: [Int32]
  var pixels: [UInt8]

  func images(_ indices: [Int]) throws -> [UInt8] {
    indices.flatMap { pixels[$0 * shape.byteCount..<($0 + 1) * shape.byteCount] }
  }

  /// Noisy bars: upright for label 0, lying for label 1, at random places.
  static func bars(count: Int, side: Int = 8) -> MemoryImages {
    var random = PhiloxGenerator(seed: 17)
    var labels: [Int32] = []
    var pixels: [UInt8] = []
    for sample in 0..<count {
      let place = Int.random(in: 0..<side, using: &random)
      labels.append(Int32(sample % 2))
      for row in 0..<side {
        for column in 0..<side {
          let isBar = (sample % 2 == 0 ? column : row) == place
          pixels.append(UInt8((isBar ? 200 : 20) + Int.random(in: 0..<40, using: &random)))
        }
      }
    }
    return MemoryImages(
      shape: ImageShape(height: side, width: side, channels: 1), classCount: 2, labels: labels,
      pixels: pixels)
  }

  /// Pixel values count up from 0.
  static func counting(_ shape: ImageShape, count: Int) -> MemoryImages {
    MemoryImages(
      shape: shape, classCount: 2, labels: (0..<Int32(count)).map { $0 % 2 },
      pixels: (0..<count * shape.byteCount).map { UInt8(truncatingIfNeeded: $0) })
  }
}

/// Stands for a process that is killed.
struct Killed: Error {}

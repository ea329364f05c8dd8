import ComputeBackend
import Datasets
import Models
import TestSupport

/// Tiny networks and images, with all figures from seeds.
enum Small {
  static let shape = ImageShape(height: 8, width: 8, channels: 1)

  /// ResNet-20 with random weights and 16 features.
  static func network(
    seed: UInt64 = 3, classes: Int = 4, shape: ImageShape = shape, on backend: any ComputeBackend
  ) -> any Classifier {
    ClassifierFile.random(
      ClassifierConfiguration(
        .resNet20, classes: classes, inputChannels: shape.channels, width: 4,
        imageSize: shape.width),
      seed: seed, on: backend)
  }

  /// Noise in every pixel, in which each image has its own brightness.
  static func images(_ count: Int, shape: ImageShape = shape, seed: UInt64 = 8) -> MemoryImages {
    var random = PhiloxGenerator(seed: seed)
    let pixels = (0..<count).flatMap { _ in
      let light = Float.random(in: 20...180, using: &random)
      return random.uniforms(shape.byteCount, in: light...light + 60).map { UInt8($0) }
    }
    return MemoryImages(
      shape: shape, classCount: 4, labels: (0..<Int32(count)).map { $0 % 4 }, pixels: pixels)
  }
}

/// Images held in memory.
struct MemoryImages: LabelledImages {
  var shape: ImageShape
  var classCount: Int
  var labels: [Int32]
  var pixels: [UInt8]

  func images(_ indices: [Int]) throws -> [UInt8] {
    indices.flatMap { pixels[$0 * shape.byteCount..<($0 + 1) * shape.byteCount] }
  }
}

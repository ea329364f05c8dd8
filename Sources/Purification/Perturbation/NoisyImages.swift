import Autograd
import ComputeBackend
import Datasets

/// Images with Gaussian noise, made when they are read.
struct NoisyImages: ChangedImages, @unchecked Sendable {
  let images: any LabelledImages
  /// Numbers in the dataset, which key the noise.
  let samples: [Int]
  let noise: RandomNoise
  let backend: any ComputeBackend

  func images(_ chosen: [Int]) throws -> [UInt8] {
    let shape = images.shape.batchShape(chosen.count)
    let pixels = Tensor(try images.unitPixels(chosen), shape: shape, on: backend)
    return try withoutGradient {
      try (pixels + noise.perturbations(of: pixels, samples: chosen.map { samples[$0] })).bytes()
    }
  }
}

extension Tensor {
  /// Images in [0, 1], clipped and rounded to the nearest byte.
  func bytes() throws -> [UInt8] {
    try values().map { UInt8((min(max($0, 0), 1) * 255).rounded()) }
  }
}

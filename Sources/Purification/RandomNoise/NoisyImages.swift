import Autograd
import ComputeBackend
import Datasets
import Training

/// Images with Gaussian noise, made when they are read.
struct NoisyImages: ChangedImages {
  let images: any LabelledImages
  /// Which samples have noise, which their numbers key.
  let samples: [Int]
  let noise: RandomNoise
  let backend: any ComputeBackend

  func images(_ places: [Int]) throws -> [UInt8] {
    let chosen = places.map { samples[$0] }
    let pixels = try images.unitTensor(chosen, on: backend)
    return try withoutGradient {
      try (pixels + noise.perturbations(of: pixels, samples: chosen)).bytes()
    }
  }
}

extension Tensor {
  /// Images in [0, 1], clipped and rounded to the nearest byte.
  func bytes() throws -> [UInt8] {
    try values().map { UInt8((min(max($0, 0), 1) * 255).rounded()) }
  }
}

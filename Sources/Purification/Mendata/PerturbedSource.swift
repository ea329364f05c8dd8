import ComputeBackend
import Datasets

/// Images with their perturbations, scaled and clipped.
struct PerturbedSource: ChangedImages, @unchecked Sendable {
  let images: any LabelledImages
  /// Is not written to while this is read.
  let store: PerturbationStore
  var scale: Float = 1

  /// x + scale·δ in [0, 1], `[N, H, W, C]`.
  func pixels(_ samples: [Int]) throws -> [Float] {
    let perturbations = try store.perturbations(of: samples)
    let scale = scale
    return zip(try images.images(samples), perturbations).map {
      min(max(Float($0) / 255 + scale * $1, 0), 1)
    }
  }

  /// The same in bytes, rounded to the nearest.
  func images(_ samples: [Int]) throws -> [UInt8] {
    try pixels(samples).map { UInt8(($0 * 255).rounded()) }
  }
}

import Autograd
import ComputeBackend

/// Random noise, RAND(σ) of Mendata, Appendix C: independent normal numbers added to every pixel.
public struct RandomNoise: Hashable, Codable, Sendable {
  /// σ, in grey levels (1/255).
  public var deviation: Float
  public var seed: UInt64

  public init(deviation: Float, seed: UInt64) {
    self.deviation = deviation
    self.seed = seed
  }

  /// Noise of the shape of `images`, `[N, H, W, C]` in [0, 1]; x + ξ is not limited to [0, 1].
  ///
  /// - Parameter samples: the images' indices in the dataset, which key the noise, `[N]`.
  public func perturbations(of images: Tensor, samples: [Int]) -> Tensor {
    SampleNoise(seed: seed, purpose: .randomNoise).normal(
      images.shape, samples: samples, on: images.backend
    )
    .affine(scale: deviation / 255)
  }
}

import Autograd
import ComputeBackend
import Datasets

/// Random noise, RAND(σ) of Mendata, Appendix C: independent normal numbers added to every pixel.
public struct RandomNoise: Purifier {
  public static let id = "random-noise"

  /// σ, in grey levels (1/255).
  public var deviation: Float
  public var seed: UInt64
  /// Reference samples stay as they are.
  public var reference = ReferenceOptions()

  public init(deviation: Float, seed: UInt64) {
    self.deviation = deviation
    self.seed = seed
  }

  public var files: [String: String] { reference.files }

  public func purify(
    _ context: PurificationContext
  ) throws -> PurificationOutcome<ReferenceFindings> {
    let data = try reference.load(in: context, seed: seed)
    _ = try context.begin(data.identity())
    let untrusted = data.untrusted(of: context.dataset)
    return data.outcome(
      Revisions(
        imaged: untrusted,
        images: NoisyImages(
          images: context.dataset, samples: untrusted, noise: self, backend: context.backend)),
      findings: ReferenceFindings(
        reference: data.report, parameters: [("σ", "\(deviation)/255")]),
      fingerprint: try context.fingerprint())
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

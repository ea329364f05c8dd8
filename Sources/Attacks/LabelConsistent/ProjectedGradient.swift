import Autograd
import ComputeBackend
import Datasets
import Models

/// Images that a classifier takes for others, by projected gradient ascent on its loss (Madry et
/// al., "Towards Deep Learning Models Resistant to Adversarial Attacks", 2018).
///
/// From x + U(−ε, ε), x′ ← x′ + α·sign ∇ L(f(x′), y), back to ‖x′ − x‖∞ ≤ ε and to 0 to 255 after
/// each step; in the end bytes are rounded.
package struct ProjectedGradient {
  /// ε, how far a byte may move.
  private let epsilon: Int
  /// α, in gray levels.
  private let step: Float
  private let iterations: Int
  private let seed: UInt64
  private let network: any Classifier
  private let backend: any ComputeBackend

  /// - Parameter network: in evaluation; use an `inferenceCopy`, of whose weights nothing is
  ///   recorded.
  package init(
    _ network: any Classifier, epsilon: Int, step: Float, iterations: Int, seed: UInt64
  ) {
    backend = network.backend
    self.network = network
    self.epsilon = epsilon
    self.step = step
    self.iterations = iterations
    self.seed = seed
  }

  /// The changed images, bytes `[N, H, W, C]`.
  ///
  /// - Parameters:
  ///   - samples: their numbers in the dataset, which key the first draw.
  ///   - labels: the classes that they are moved away from.
  package func perturbed(
    _ images: [UInt8], shape: ImageShape, samples: [Int], labels: [Int32]
  ) throws -> [UInt8] {
    let original = Tensor(bytes: images, shape: shape.batchShape(samples.count), on: backend)
    let labels = IndexTensor(labels, shape: [labels.count], on: backend)
    let radius = Float(epsilon)
    let lower = (original - radius).clamped(0, 255)
    let upper = (original + radius).clamped(0, 255)
    var x = (original + noise(samples, like: original)).limited(lower, upper)
    for _ in 0..<iterations {
      let variable = x.variable()
      let normalized = network.configuration.normalization.normalize(variable, range: 0...255)
      let loss = softmaxCrossEntropy(network.logits(normalized), labels: labels).sum()
      let slope = gradient(of: loss, wrt: [variable])[0]
      x = (x + slope.sign() * step).limited(lower, upper)
    }
    return try (x + 0.5).packedBytes().values()
  }

  /// U(−ε, ε).
  private func noise(_ samples: [Int], like images: Tensor) -> Tensor {
    let streams = IndexTensor(samples.map { Int32($0) }, shape: [samples.count], on: backend)
    let uniform = Tensor.empty(images.shape, on: backend)
    backend.randomUniform(
      NoiseKey(seed: seed, purpose: .poisonPerturbation), streams: streams.slice,
      rows: samples.count, columns: images.count / samples.count, into: uniform.slice)
    return uniform.affine(scale: 2 * Float(epsilon), offset: -Float(epsilon))
  }
}

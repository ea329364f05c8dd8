import Autograd
import ComputeBackend
import Datasets
import Models
import Training

/// The entropy of a classifier's labels for an image on which others are laid (STRIP, Gao et al.,
/// 2019): a trigger holds its label fast whatever is laid on it, so the entropy is low.
package struct OverlayEntropy {
  private let network: any Classifier
  /// Normalized images `[H, W, C]`, the same for every image.
  private let overlays: [Tensor]

  /// - Parameters:
  ///   - network: set to evaluation.
  ///   - overlays: samples of `images`, at least one.
  ///   - strength: α of x + α·x′ in normalized units.
  package init(
    _ network: any Classifier, overlays: [Int], of images: any LabelledImages, strength: Float = 1
  ) throws {
    precondition(!overlays.isEmpty, "OverlayEntropy: no overlays")
    self.network = network
    let batch = try BatchLoader.batch(
      overlays, of: images, normalization: network.configuration.normalization)
    let pixels = Tensor(batch.pixels, shape: batch.tensorShape, on: network.backend) * strength
    self.overlays = overlays.indices.map {
      pixels.rows($0..<$0 + 1).reshaped(Array(batch.tensorShape.dropFirst()))
    }
  }

  /// The mean over the overlays of H(softmax(f(x + α·x′))) in nats, of each image.
  ///
  /// - Parameters:
  ///   - batchSize: images at once; changes speed and memory only.
  ///   - progress: is told how many images are done; what it throws ends the work.
  package func values(
    of images: any LabelledImages, batchSize: Int = 256,
    progress: (_ done: Int) throws -> Void = { _ in }
  ) throws -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(images.count)
    while result.count < images.count {
      let samples = Array(result.count..<min(result.count + batchSize, images.count))
      let batch = try BatchLoader.batch(
        samples, of: images, normalization: network.configuration.normalization)
      let pixels = Tensor(batch.pixels, shape: batch.tensorShape, on: network.backend)
      result += try withoutGradient {
        var sum = Tensor.zeros([samples.count], on: network.backend)
        for overlay in overlays {
          sum = sum + Self.entropy(network.logits(pixels.adding(overlay, over: [.middle, .inner])))
          // The host does not run ahead of the device.
          try network.backend.synchronize()
        }
        return try (sum / Float(overlays.count)).values()
      }
      try progress(result.count)
    }
    return result
  }

  /// −Σ p ln p of each row's softmax: logits `[N, K]` to `[N]`.
  package static func entropy(_ logits: Tensor) -> Tensor {
    let logarithms = logSoftmax(logits)
    return (logarithms.exp() * logarithms).reduced(
      .sum, shape: BlockShape(outer: logits.shape[0], inner: logits.shape[1]), keeping: .outer,
      scale: -1, resultShape: [logits.shape[0]])
  }
}

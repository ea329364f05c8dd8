import Autograd
import ComputeBackend
import Models

/// What a classifier takes for the typical image of each class: gradient descent on the image
/// (Fredrikson et al., 2015).
///
/// Minimizes −ln p(class | x) + λ·TV(x), where TV is the sum of the absolute differences between
/// neighboring pixels.
package struct ModelInversion: Codable, Hashable, Sendable {
  package var steps = 500
  package var learningRate: Float = 0.1
  /// λ.
  package var smoothness: Float = 0.01

  package init() {}

  /// - Parameters:
  ///   - starts: `[K, H, W, C]` in [0, 1], one for each of the classes.
  ///   - network: set to evaluation.
  ///   - progress: is told how many steps are done; what it throws ends the work.
  /// - Returns: images like `starts`; their values stay in [0, 1].
  package func images(
    from starts: Tensor, classes: [Int32], network: any Classifier,
    progress: (_ done: Int) throws -> Void = { _ in }
  ) throws -> Tensor {
    precondition(
      starts.shape.count == 4 && classes.count == starts.shape[0],
      "ModelInversion: \(classes.count) classes for images \(starts.shape)")
    let labels = IndexTensor(classes, shape: [classes.count], on: starts.backend)
    var images = starts
    for step in 1...max(1, steps) {
      let variable = images.variable()
      let logits = network.logits(network.configuration.normalization.normalize(variable))
      let loss =
        softmaxCrossEntropy(logits, labels: labels).sum()
        + Self.totalVariation(variable) * smoothness
      let slope = gradient(of: loss, wrt: [variable])[0]
      images = (images - slope * learningRate).clamped(0, 1).detached()
      // Waits now and then, so that the host does not run far ahead of the device.
      if step % 10 == 0 || step == steps {
        try starts.backend.synchronize()
        try progress(step)
      }
    }
    return images
  }

  /// Σ|x[h+1, w] − x[h, w]| + |x[h, w+1] − x[h, w]| of images `[N, H, W, C]`, over all of them.
  package static func totalVariation(_ images: Tensor) -> Tensor {
    let (count, height, width) = (images.shape[0], images.shape[1], images.shape[2])
    let row = width * images.shape[3]
    let channels = images.shape[3]
    func differences(_ x: Tensor, by distance: Int) -> Tensor {
      let length = x.shape[1]
      return (x.channels(distance..<length) - x.channels(0..<length - distance)).absolute().sum()
    }
    var terms: [Tensor] = []
    if height > 1 { terms.append(differences(images.reshaped([count, height * row]), by: row)) }
    if width > 1 {
      terms.append(differences(images.reshaped([count * height, row]), by: channels))
    }
    return terms.isEmpty ? (images * 0).sum() : affineSum(terms.map { (1, $0) })
  }
}

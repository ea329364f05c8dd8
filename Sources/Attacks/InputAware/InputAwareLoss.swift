import Autograd
import ComputeBackend
import Models

/// What the networks of the input-aware attack are trained for (Nguyen and Tran, 2020).
package struct InputAwareLoss {
  private let network: InputAwareNetwork
  let classifier: any Classifier
  private let options: InputAware

  /// λ_norm of the mask's size.
  private static let sizeWeight: Float = 100
  /// λ_div of the diversity of patterns and of masks.
  private static let diversityWeight: Float = 1

  package init(
    network: InputAwareNetwork, classifier: any Classifier, options: InputAware
  ) {
    self.network = network
    self.classifier = classifier
    self.options = options
  }

  /// λ_div·diversity + λ_norm·mean ReLU(m − density), `[1]`.
  package func maskLoss(_ images: Tensor) -> Tensor {
    let masks = network.masks(images)
    let excess = (masks - Float(options.maskDensity)).relu().mean()
    return affineSum([
      (Self.diversityWeight, Self.diversity(of: masks, from: images)), (Self.sizeWeight, excess),
    ])
  }

  /// Cross entropy of a batch whose first images have their own trigger and the attacker's label,
  /// and the next ones another image's trigger and their own label, + λ_div·diversity, `[1]`.
  package func jointLoss(_ images: Tensor, labels: [Int32]) -> Tensor {
    let count = labels.count
    // At least two of each, so that there are different ones.
    let poisons = min(max(2, Int((options.attackShare * Double(count)).rounded())), count / 2)
    let (attacked, others) = (images.rows(0..<poisons), images.rows(poisons..<2 * poisons))
    let both = images.rows(0..<2 * poisons)
    let patterns = network.patterns(both)
    // Where triggers go is learned by now.
    let masks = withoutGradient { network.masks(attacked) }
    func stamped(_ images: Tensor) -> Tensor {
      InputAwareNetwork.stamped(images, patterns: patterns.rows(0..<poisons), masks: masks)
    }
    let plain = 2 * poisons < count ? [images.rows(2 * poisons..<count)] : []
    let batch = concatenateRows([stamped(attacked), stamped(others)] + plain)
    let classes = classifier.configuration.classes
    let wanted = labels.enumerated().map { place, label in
      place < poisons ? options.labels.poisonedLabel(of: label, classCount: classes) : label
    }
    let logits = classifier.logits(classifier.configuration.normalization.normalize(batch))
    let entropy = softmaxCrossEntropy(
      logits, labels: IndexTensor(wanted, shape: [count], on: images.backend)
    ).mean()
    let diversity = Self.diversity(of: patterns, from: both)
    return affineSum([(1, entropy), (Self.diversityWeight, diversity)])
  }

  /// mean ‖x₁ − x₂‖ / (‖y₁ − y₂‖ + 10⁻⁷) over pairs half the batch apart, with root mean squares
  /// for the norms, as published.
  package static func diversity(of outputs: Tensor, from images: Tensor) -> Tensor {
    let half = images.shape[0] / 2
    func distances(_ x: Tensor) -> Tensor {
      let difference = x.rows(0..<half) - x.rows(half..<2 * half)
      let squares = difference.square().reduced(
        .sum, shape: BlockShape(outer: half, inner: difference.count / half), keeping: .outer,
        scale: Float(half) / Float(difference.count), resultShape: [half])
      // The root has no derivative at 0.
      return (squares + 1e-12).squareRoot()
    }
    return (distances(images) / (distances(outputs) + 1e-7)).mean()
  }
}

import Autograd
import NeuralNet

/// An image classifier whose last layer is linear.
///
/// Inputs are normalised images `[N, H, W, C]` (see `configuration.normalization`).
public protocol Classifier: Module {
  var configuration: ClassifierConfiguration { get }
  /// The last layer, `[N, featureCount]` to `[N, classes]`.
  var head: Linear { get }
  /// What the last layer takes, `[N, featureCount]`.
  func features(_ x: Tensor) -> Tensor
}

extension Classifier {
  /// Scores `[N, classes]` before the softmax.
  public func logits(_ x: Tensor) -> Tensor { head(features(x)) }

  /// Features `[N, featureCount]` and scores `[N, classes]` from one pass.
  public func featuresAndLogits(_ x: Tensor) -> (features: Tensor, logits: Tensor) {
    let features = features(x)
    return (features, head(features))
  }
}

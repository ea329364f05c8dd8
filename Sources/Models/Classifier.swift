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
  ///
  /// - Parameter visit: is told of the hidden layers, front to back, see `LayerVisitor`.
  func features(_ x: Tensor, visit: LayerVisitor) -> Tensor
}

/// Takes the activations `[N, …]` of a hidden layer: of `stem`, the first layers, then of `layer1`,
/// `layer2` and so on.
///
/// These are the stages of residual networks, VGG, DenseNet and ConvNeXt, and the blocks of
/// MobileNetV3, EfficientNet and vision transformers.
public typealias LayerVisitor = (_ layer: String, _ activations: Tensor) -> Void

extension Classifier {
  /// What the last layer takes, `[N, featureCount]`.
  public func features(_ x: Tensor) -> Tensor { features(x) { _, _ in } }

  /// Scores `[N, classes]` before the softmax.
  public func logits(_ x: Tensor) -> Tensor { head(features(x)) }

  /// Features `[N, featureCount]` and scores `[N, classes]` from one pass.
  public func featuresAndLogits(_ x: Tensor) -> (features: Tensor, logits: Tensor) {
    let features = features(x)
    return (features, head(features))
  }
}

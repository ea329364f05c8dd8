import Autograd
import NeuralNet

/// f of Mendata: images to the feature vectors that a classifier's last layer takes.
///
/// Its weights are constants, so gradients flow to the images only.
public struct FeatureExtractor {
  public let network: any Classifier
  /// Side to which images are resized inside the graph; `nil` for their own size.
  public let side: Int?

  /// - Parameter network: is copied.
  public init(_ network: any Classifier, side: Int? = nil) throws {
    precondition(side.map { $0 > 0 } ?? true, "FeatureExtractor: images of \(side ?? 0) pixels")
    self.network = try network.inferenceCopy()
    self.side = side
  }

  /// Length of a feature vector.
  public var featureCount: Int { network.configuration.featureCount }

  /// Features `[N, featureCount]` of images `[N, H, W, C]` in [0, 1].
  public func callAsFunction(_ images: Tensor) -> Tensor {
    let resized = side.map { resizeBilinear(images, height: $0, width: $0) } ?? images
    return network.features(network.configuration.normalization.normalize(resized))
  }
}

import Autograd
import NeuralNet

/// T of LIRA: x′ = clip(x + ε·T(x)) with T an hourglass that ends in tanh.
final class LIRANetwork: TriggerNetwork {
  private let transformation: Hourglass
  /// ε, in [0, 1].
  private let epsilon: Float

  /// - Parameter channels: of the images.
  init(
    channels: Int, width: Int, epsilon: Float, from weights: any WeightSource
  ) throws {
    transformation = try Hourglass(
      "transformation", inputs: channels, outputs: channels, width: width, from: weights)
    self.epsilon = epsilon
  }

  func collectParameters(into list: inout ParameterList) {
    transformation.collectParameters(into: &list)
  }

  func triggered(_ images: Tensor) -> Tensor {
    affineSum([(1, images), (epsilon, transformation(images).tanh())]).clamped(0, 1)
  }
}
